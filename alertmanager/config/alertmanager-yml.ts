import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { checkValue, type Report } from '#lib/config/check.ts'
import { type Diagnostic, type Path, printDiagnostics, printPath } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import { readConfigFile, reportInto } from '#lib/config/load.ts'
import { printConfig } from '#lib/config/print.ts'
import { optional, type Static, section } from '#lib/config/schema.ts'
import { CodedError } from '#lib/errors.ts'
import { checkGlobal, globalSchema } from './global.ts'
import { cutAfterKey, hideSecrets } from './hide-secrets.ts'
import { fillHoles } from './neutral-values.ts'
import { allNotSupported, notSupported } from './not-supported.ts'
import { type ReceiverConfig, readReceivers, receiversSchema } from './receivers.ts'
import { type RouteConfig, readRootRoute, routeSchema } from './route.ts'
import { writtenValues } from './written-values.ts'

const alertmanagerSchema = section('The configuration file of Alertmanager.', {
  global: globalSchema,
  route: optional(routeSchema),
  receivers: receiversSchema,
  templates: notSupported('templates'),
  inhibit_rules: notSupported('inhibition'),
  ...allNotSupported('time intervals', ['time_intervals', 'mute_time_intervals']),
  tracing: notSupported('tracing'),
  event_recorder: notSupported('the event recorder'),
})

/** A configuration that passed every check. */
export interface AlertmanagerConfig {
  readonly resolveTimeoutMs: number
  readonly route: RouteConfig
  readonly receivers: readonly ReceiverConfig[]
  /** The effective configuration as YAML, defaults filled in and secrets masked. It can be loaded again. */
  readonly original: string
  /** 48 bits of the file's MD5 sum, as upstream computes them. */
  readonly hash: number
  /** Paths in the file are relative to this directory. */
  readonly directory: string
  /** What is legal, but probably not meant. */
  readonly warnings: readonly string[]
}

export type ConfigResult =
  | { readonly ok: true; readonly config: AlertmanagerConfig }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** What holds when no file is given: everything goes to a receiver that tells nobody. */
const BUILT_IN = 'route:\n  receiver: default\nreceivers:\n  - name: default\n'

/**
 * Reads the file, or the built-in configuration if there is none.
 *
 * @throws CodedError CONFIG_UNREADABLE, or CONFIG_INVALID with every diagnostic in its message
 */
export function loadAlertmanagerConfig(file: string | undefined): AlertmanagerConfig {
  const text = file === undefined ? BUILT_IN : readConfigFile(file)
  const result = readAlertmanagerConfig(text, file ?? '(built-in configuration)')
  if (result.ok) return result.config
  throw new CodedError('CONFIG_INVALID', [printDiagnostics(result.diagnostics)])
}

/** Checks the text of a configuration; reports all of its problems, in the order of the file. */
export function readAlertmanagerConfig(text: string, origin: string): ConfigResult {
  const document = parseConfigDocument({ origin, text, expand: false, env: {}, yamlVersion: '1.1' })
  if (document.problems.length > 0) return { ok: false, diagnostics: document.problems }

  const diagnostics: Diagnostic[] = []
  const warnings: string[] = []
  const report = oncePerPath(reportInto(diagnostics, alertmanagerSchema, document.diagnose))
  const written = writtenValues(alertmanagerSchema, document, report, (path) => {
    diagnostics.push(cutAfterKey(document.diagnose(path, `${printPath(path)}: not supported yet`, 'key')))
  })
  const checked = checkValue(alertmanagerSchema, written, [], report)
  const options = fillHoles(alertmanagerSchema, checked) as Static<typeof alertmanagerSchema>

  checkGlobal(options.global, report)
  const receivers = readReceivers(options.receivers, options.global, report)
  const names = new Set(receivers.map(({ name }) => name))
  const context = { receivers: names, report, warn: (message: string) => warnings.push(message) }
  const route = options.route === undefined ? undefined : readRootRoute(options.route, context)
  if (route === undefined) {
    const isEmpty = (document.value ?? null) === null
    report(['route'], isEmpty ? 'no route provided in config' : 'no routes provided', 'key')
  }

  if (diagnostics.length > 0 || route === undefined) {
    return { ok: false, diagnostics: hideSecrets(diagnostics, alertmanagerSchema, written).sort(placeOrder) }
  }
  const config: AlertmanagerConfig = {
    resolveTimeoutMs: options.global.resolve_timeout,
    route,
    receivers,
    original: printConfig(alertmanagerSchema, checked),
    hash: hashOf(text),
    directory: dirname(origin),
    warnings,
  }
  return { ok: true, config }
}

/** One message for one place, and none below an entry that is wrong as a whole: they would only distract. */
function oncePerPath(report: Report): Report {
  const reported = new Set<string>()
  const keyOf = (path: Path) => path.join('\0')
  return (path, message, at) => {
    const entries = path.flatMap((key, index) => (typeof key === 'number' ? [path.slice(0, index + 1)] : []))
    if (![path, ...entries].some((place) => reported.has(keyOf(place)))) report(path, message, at)
    reported.add(keyOf(path))
  }
}

function hashOf(text: string): number {
  return createHash('md5').update(text).digest().readUIntLE(0, 6)
}

function placeOrder(a: Diagnostic, b: Diagnostic): number {
  return a.line - b.line || a.column - b.column
}
