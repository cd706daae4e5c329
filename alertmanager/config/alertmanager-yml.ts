import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { checkValue, type Report } from '#lib/config/check.ts'
import { type Diagnostic, type Path, printDiagnostics } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import type { Environment } from '#lib/config/expand.ts'
import { readConfigFile, reportInto } from '#lib/config/load.ts'
import { optional, type Static, section } from '#lib/config/schema.ts'
import { CodedError } from '#lib/errors.ts'
import type { MatcherMode } from '#lib/matcher-syntax.ts'
import type { Feature } from '../process/features.ts'
import { checkEventRecorder, eventRecorderSchema } from './event-recorder.ts'
import { warnOfSilentFallbacks } from './fallback.ts'
import { checkGlobal, type GlobalOptions, globalSchema } from './global.ts'
import { cutUnknown, hideSecrets } from './hide-secrets.ts'
import { type InhibitRule, inhibitRulesSchema, readInhibitRules } from './inhibit-rules.ts'
import { fillHoles } from './neutral-values.ts'
import { type OwnConfig, ownSchema, readOwn } from './own.ts'
import { printOriginal } from './print-original.ts'
import { type ReceiverConfig, readReceivers, receiversSchema } from './receivers/receivers.ts'
import { type RouteConfig, readRootRoute, routeSchema } from './route.ts'
import { templatesSchema } from './templates.ts'
import { type NamedTimeInterval, readTimeIntervals, timeIntervalsSchema } from './time-intervals.ts'
import { checkTracing, type TracingConfig, tracingSchema } from './tracing.ts'
import { writtenValues } from './written-values.ts'

const alertmanagerSchema = section('The configuration file of Alertmanager.', {
  global: globalSchema,
  route: optional(routeSchema),
  receivers: receiversSchema,
  templates: templatesSchema,
  inhibit_rules: inhibitRulesSchema,
  time_intervals: timeIntervalsSchema('Time intervals that routes name.'),
  mute_time_intervals: timeIntervalsSchema('Time intervals that routes name; the old name of time_intervals.'),
  tracing: optional(tracingSchema),
  event_recorder: optional(eventRecorderSchema),
  vedette: ownSchema,
})

/** A configuration that passed every check. */
export interface AlertmanagerConfig {
  readonly resolveTimeoutMs: number
  /** What receivers have inherited from; holds secrets. */
  readonly global: GlobalOptions
  readonly route: RouteConfig
  readonly receivers: readonly ReceiverConfig[]
  /** Patterns of template files, relative to the directory. */
  readonly templates: readonly string[]
  readonly timeIntervals: readonly NamedTimeInterval[]
  /** How matchers and names of labels are read, here and wherever else they come in. */
  readonly matcherMode: MatcherMode
  readonly inhibitRules: readonly InhibitRule[]
  /** Where traces of the router itself go; undefined for nowhere. Holds secrets. */
  readonly tracing: TracingConfig | undefined
  /** What Alertmanager has not. */
  readonly own: OwnConfig
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

export interface ReadOptions {
  /** What `--enable-feature` switched on. */
  readonly features?: ReadonlySet<Feature>
  /** Where the values of `${NAME}` come from; without it they stand for themselves. */
  readonly expandFrom?: Environment
}

/** What holds when no file is given: everything goes to a receiver that tells nobody. */
const BUILT_IN = 'route:\n  receiver: default\nreceivers:\n  - name: default\n'

/**
 * Reads the file, or the built-in configuration if there is none.
 *
 * @throws CodedError CONFIG_UNREADABLE, or CONFIG_INVALID with every diagnostic in its message
 */
export function loadAlertmanagerConfig(file: string | undefined, options: ReadOptions = {}): AlertmanagerConfig {
  const text = file === undefined ? BUILT_IN : readConfigFile(file)
  const result = readAlertmanagerConfig(text, file ?? '(built-in configuration)', options)
  if (result.ok) return result.config
  throw new CodedError('CONFIG_INVALID', [printDiagnostics(result.diagnostics)])
}

/** Checks the text of a configuration; reports all of its problems, in the order of the file. */
export function readAlertmanagerConfig(
  text: string,
  origin: string,
  { features, expandFrom }: ReadOptions = {},
): ConfigResult {
  const document = parseConfigDocument({
    ...{ origin, text, yamlVersion: '1.1' },
    expand: expandFrom !== undefined,
    env: expandFrom ?? {},
  })
  if (document.problems.length > 0) return { ok: false, diagnostics: document.problems }

  const diagnostics: Diagnostic[] = []
  const warnings: string[] = []
  const diagnose: typeof document.diagnose = (path, message, at) =>
    cutUnknown(alertmanagerSchema, path, document.diagnose(path, message, at))
  const report = oncePerPath(reportInto(diagnostics, alertmanagerSchema, diagnose))
  const written = writtenValues(alertmanagerSchema, document, report)
  const checked = checkValue(alertmanagerSchema, written, [], report)
  const options = fillHoles(alertmanagerSchema, checked) as Static<typeof alertmanagerSchema>

  checkGlobal(options.global, report)
  const receivers = readReceivers(options.receivers, options.global, report)
  const names = new Set(receivers.map(({ name }) => name))
  const warn = (message: string) => warnings.push(message)
  const timeIntervals = readTimeIntervals(options, { report, warn })
  const matcherMode = matcherModeOf(features)
  const context = {
    ...{ receivers: names, timeIntervals: new Set(timeIntervals.map(({ name }) => name)) },
    ...{ mode: matcherMode, report, warn },
  }
  const inhibitRules = readInhibitRules(options.inhibit_rules, context)
  checkTracing(options.tracing, context)
  checkEventRecorder(options.event_recorder, { ...context, features })
  const own = readOwn(options.vedette, context)
  warnOfSilentFallbacks(own.fallback, receivers, warn)
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
    global: options.global,
    route,
    receivers,
    templates: options.templates,
    timeIntervals,
    matcherMode,
    inhibitRules,
    tracing: options.tracing,
    own,
    original: printOriginal(alertmanagerSchema, checked, written),
    hash: hashOf(text),
    directory: dirname(origin),
    warnings,
  }
  return { ok: true, config }
}

function matcherModeOf(features: ReadonlySet<Feature> | undefined): MatcherMode {
  if (features?.has('classic-mode')) return 'classic'
  return features?.has('utf8-strict-mode') ? 'utf8' : 'fallback'
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
