import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { type Diagnostic, printDiagnostics } from '#lib/config/diagnostic.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { TemplateInput } from '../notify/data.ts'
import { templateData } from './data.ts'
import { type Budget, budgetFor } from './exec/budget.ts'
import { DEFAULT_LIMITS, type Limits } from './exec/run.ts'
import { createFunctions } from './functions/notification-functions.ts'
import { findFiles } from './glob.ts'
import { HtmlTemplates } from './html/html-templates.ts'
import { TemplateError } from './template-error.ts'
import { executeText, parseTemplates, TemplateSet } from './template-set.ts'
import type { TemplateLibrary, Templates } from './templates.ts'

export interface CreateTemplatesOptions {
  /** Patterns of the users' files, in the order in which they are read; what no file matches is fine. */
  readonly patterns: readonly string[]
  /** What relative patterns are relative to. */
  readonly directory: string
  readonly clock: Pick<Clock, 'nowMs'>
}

const DEFAULTS = ['texts.tmpl', 'receivers.tmpl', 'own-receivers.tmpl', 'email.tmpl']
const MAX_FILE_BYTES = 1024 ** 2
const MAX_FILES = 1_000

/**
 * Reads the default templates, then the users' files. A definition takes the place of the one before it, so that users
 * can have defaults of their own; the base name of a file is a template too.
 *
 * @throws CodedError CONFIG_INVALID that names the file, and the place in it where it cannot be parsed
 */
export function createTemplates({ patterns, directory, clock }: CreateTemplatesOptions): TemplateLibrary {
  let set = TemplateSet.create({ functions: createFunctions({ clock }) })
  for (const name of DEFAULTS) {
    set = parseTemplates(name, readFileSync(new URL(`defaults/${name}`, import.meta.url), 'utf8'), set)
  }
  const files = patterns.flatMap((pattern) => findFiles(directory, pattern))
  if (files.length > MAX_FILES) throw new CodedError('CONFIG_INVALID', [`templates: more than ${MAX_FILES} files`])
  for (const path of files) set = parseFile(path, set)
  return {
    ...templatesOf(set, DEFAULT_LIMITS, budgetOf),
    extendedBy(definitions, some) {
      const limits = { ...DEFAULT_LIMITS, ...some }
      return templatesOf(parseTemplates('definitions', definitions, set.limitedTo(limits)), limits)
    },
  }
}

function templatesOf(
  set: TemplateSet,
  limits: Limits,
  budget: (data: TemplateInput) => Budget | undefined = () => undefined,
): Templates {
  const html = new HtmlTemplates({ set, limits })
  return {
    text: (source, data) => executeText(set, source, templateData(data), budget(data)),
    html: (source, data) => html.execute(source, templateData(data), budget(data)),
  }
}

const budgets = new WeakMap<TemplateInput, Budget>()

/** All texts of a notification have the same data, which is no other's. */
function budgetOf(data: TemplateInput): Budget {
  const budget = budgets.get(data) ?? budgetFor(data.alerts.length)
  budgets.set(data, budget)
  return budget
}

function parseFile(path: string, set: TemplateSet): TemplateSet {
  const source = readSource(path)
  try {
    return parseTemplates(basename(path), source, set)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    throw new CodedError('CONFIG_INVALID', [printDiagnostics([diagnose(path, source, error)])])
  }
}

function readSource(path: string): string {
  try {
    const bytes = readFileSync(path)
    if (bytes.length <= MAX_FILE_BYTES) return bytes.toString('utf8')
  } catch (error) {
    throw new CodedError('CONFIG_INVALID', [`templates: ${path}: ${messageOf(error)}`])
  }
  throw new CodedError('CONFIG_INVALID', [`templates: ${path}: the file has more than ${MAX_FILE_BYTES} bytes`])
}

/** Go's messages name the line only; the column is where reading stopped, if that is on it. */
function diagnose(path: string, source: string, { message, pos = source.length }: TemplateError): Diagnostic {
  const prefix = `template: ${basename(path)}:`
  const line = message.startsWith(prefix) ? Number.parseInt(message.slice(prefix.length), 10) : 1
  const sourceLine = source.split('\n')[line - 1]?.replace(/\r$/, '') ?? ''
  const before = source.slice(0, pos).split('\n')
  const column =
    before.length === line ? before.at(-1)!.length + 1 : sourceLine.length - sourceLine.trimStart().length + 1
  return { origin: path, line, column, length: 1, sourceLine, message }
}
