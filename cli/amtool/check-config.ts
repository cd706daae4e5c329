import { fstatSync } from 'node:fs'
import { text as readAll } from 'node:stream/consumers'
import { systemClock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import type { AlertmanagerConfig } from '../../alertmanager/config/alertmanager-yml.ts'
import { loadTemplates } from '../../alertmanager/template/load-templates.ts'
import { write } from '../query/output.ts'
import { CommandError, type Values } from './command-line/grammar.ts'
import { readConfiguration, readText } from './routes/load.ts'

/** `check-config`: whether files are right, and what is in them; standard input unless files are named. */
export async function checkConfigs(values: Values): Promise<void> {
  const named = values.texts('check-files')
  if (named.length === 0 && fstatSync(0).isCharacterDevice()) {
    throw new CommandError('Failed to read from standard input')
  }
  let failures = 0
  for (const file of named.length === 0 ? [STDIN] : named) {
    await write(`Checking '${file}'`)
    const config = await attempt(async () => readConfiguration(await readSource(file), file, values))
    if (config === undefined || !(await checkContents(config))) failures += 1
    await write('\n')
  }
  if (failures > 0) throw new CommandError(`failed to validate ${failures} file(s)`)
}

const STDIN = '/dev/stdin'

/** Standard input may be a socket, which has no path. */
async function readSource(file: string): Promise<string> {
  return file === STDIN ? readAll(process.stdin) : readText(file)
}

async function checkContents(config: AlertmanagerConfig): Promise<boolean> {
  const { inhibitRules, receivers, templates, directory } = config
  const counts = [
    `${inhibitRules.length} inhibit rules`,
    `${receivers.length} receivers`,
    `${templates.length} templates`,
  ]
  await write(`Found:\n${['global config', 'route', ...counts].map((line) => ` - ${line}\n`).join('')}`)
  if (templates.length === 0) return true
  return (await attempt(() => loadTemplates({ patterns: templates, directory, clock: systemClock }))) !== undefined
}

/** What could be read; undefined after saying why it could not. */
async function attempt<T>(read: () => T | Promise<T>): Promise<T | undefined> {
  try {
    const result = await read()
    await write('  SUCCESS\n')
    return result
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof CodedError)) throw error
    await write(`  FAILED: ${error.message}\n`)
    return undefined
  }
}
