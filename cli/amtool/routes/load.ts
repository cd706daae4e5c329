import { readFileSync } from 'node:fs'
import { printDiagnostics } from '#lib/config/diagnostic.ts'
import { messageOf } from '#lib/errors.ts'
import { type AlertmanagerConfig, readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { parseFeatures } from '../../../alertmanager/process/features.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'

/** The configuration of `--config.file`, or the one in force on the server. */
export async function loadConfiguration(values: Values): Promise<AlertmanagerConfig> {
  const file = values.text('config.file')
  const hasServer = values.text('alertmanager.url') !== undefined
  if (file !== undefined && values.isGiven('alertmanager.url')) {
    process.stderr.write('Warning: --config.file flag overrides the --alertmanager.url.\n')
  }
  if (file !== undefined) return readConfiguration(readText(file), file, values)
  if (!hasServer) {
    throw new CommandError('You have to specify one of --config.file or --alertmanager.url flags.')
  }
  const { config } = await (await connect(values)).status()
  return readConfiguration(config.original, '(configuration in force)', values)
}

/** @throws CommandError with every problem and its place */
export function readConfiguration(text: string, origin: string, values: Values): AlertmanagerConfig {
  const flags = parseFeatures(values.text('enable-feature') ?? '')
  if (!flags.ok) throw new CommandError(`error parsing the feature flag list: ${flags.problem}`)
  const result = readAlertmanagerConfig(text, origin, { features: new Set(flags.features) })
  if (result.ok) return result.config
  throw new CommandError(printDiagnostics(result.diagnostics))
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(messageOf(error))
  }
}
