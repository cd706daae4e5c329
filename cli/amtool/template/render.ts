import { systemClock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { loadTemplates } from '../../../alertmanager/template/load-templates.ts'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import { exampleData } from '../../../alertmanager/trial/example-data.ts'
import { NotificationJsonError, readNotificationJson } from '../../../alertmanager/trial/notification-json.ts'
import { write } from '../../query/output.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { readJsonFile } from './json-file.ts'

/** `template render`: what a text makes of a notification, with the templates of files and the default ones. */
export async function renderTemplate(values: Values): Promise<void> {
  const file = values.text('template.data')
  const source = values.text('template.text') ?? ''
  try {
    const data = file === undefined ? exampleData(Date.now()) : readNotificationJson(readJsonFile(file))
    const patterns = values.texts('template.glob')
    const templates = await loadTemplates({ patterns, directory: process.cwd(), clock: systemClock })
    const isHtml = values.text('template.type') === 'html'
    await write(isHtml ? templates.html(source, data) : templates.text(source, data))
  } catch (error) {
    if (!isExpected(error)) throw error
    throw new CommandError(error.message)
  }
}

function isExpected(error: unknown): error is Error {
  return error instanceof TemplateError || error instanceof CodedError || error instanceof NotificationJsonError
}
