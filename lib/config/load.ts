import { readFileSync } from 'node:fs'
import { CodedError, messageOf } from '../errors.ts'
import { checkValue, type Report } from './check.ts'
import { type Diagnostic, type Path, printDiagnostics } from './diagnostic.ts'
import { type ConfigDocument, parseConfigDocument } from './document.ts'
import type { JsonSchema, Schema } from './schema.ts'
import { concealAround, concealValue } from './secrets.ts'

/** What a service's `config.ts` exports for the loader. */
export interface ConfigModule<C> {
  readonly schema: Schema<C>
  /** Checks that a schema can't express, on the loaded value. A method, so that modules of all services are of one type. */
  check?(config: C, report: Report): void
}

/** Where values come from. A later source wins key by key; lists are replaced whole. */
export interface ConfigSources {
  /** `key.path=value` with a YAML value: what a supervisor would have by default. */
  readonly defaults?: readonly string[]
  /** A YAML file; none means defaults only. */
  readonly file?: string | undefined
  /** `key.path=value`, from the command line. */
  readonly overrides?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
}

export type LoadResult<C> =
  | { readonly ok: true; readonly config: C }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Reads, merges and checks a configuration; reports every problem of every source at once. */
export function checkConfig<C>(module: ConfigModule<C>, sources: ConfigSources): LoadResult<C> {
  const env = sources.env ?? process.env
  const layers: ConfigDocument[] = []
  for (const setting of sources.defaults ?? []) layers.push(settingDocument('--default', setting, env, module.schema))
  if (sources.file !== undefined) {
    layers.push(parseConfigDocument({ origin: sources.file, text: readConfigFile(sources.file), expand: true, env }))
  }
  for (const setting of sources.overrides ?? []) layers.push(settingDocument('--set', setting, env, module.schema))

  const diagnostics = layers.flatMap((layer) => [...layer.problems])
  if (layers.some(({ value, problems }) => value === undefined && problems.length > 0)) {
    return { ok: false, diagnostics }
  }
  // What the schema finds where a reference could not be expanded only follows from that.
  const causes = new Set(diagnostics.map(placeOf))
  const report: Report = (path, message, at) => {
    const owner = layers.findLast((layer) => layer.has(path)) ?? ownerOfParent(layers, path)
    const diagnostic = owner.diagnose(path, message, at)
    if (!causes.has(placeOf(diagnostic))) diagnostics.push(concealAround(module.schema, path, diagnostic, at))
  }
  const merged = layers.reduce<unknown>((below, layer) => merge(below, layer.value), undefined)
  const config = checkValue(module.schema, merged, [], report) as C
  if (diagnostics.length === 0) module.check?.(config, report)
  if (diagnostics.length === 0) return { ok: true, config }
  return { ok: false, diagnostics: diagnostics.sort(inReadingOrder) }
}

const placeOf = ({ origin, line, column, sourceLine }: Diagnostic) => [origin, line, column, sourceLine].join('\0')

/** Settings of the command line come after the file. */
function inReadingOrder(a: Diagnostic, b: Diagnostic): number {
  const isSetting = (diagnostic: Diagnostic) => Number(diagnostic.origin.startsWith('--'))
  return isSetting(a) - isSetting(b) || a.line - b.line || a.column - b.column
}

/**
 * As {@link checkConfig}, for those who can only go on with a right configuration.
 *
 * @throws CodedError CONFIG_INVALID with every diagnostic in its message, or CONFIG_UNREADABLE
 */
export function loadConfig<C>(module: ConfigModule<C>, sources: ConfigSources): C {
  const result = checkConfig(module, sources)
  if (result.ok) return result.config
  throw new CodedError('CONFIG_INVALID', [printDiagnostics(result.diagnostics)])
}

/** A report that collects diagnostics. What stands where the schema has a secret is not shown. */
export function reportInto(
  diagnostics: Diagnostic[],
  schema: JsonSchema,
  diagnose: ConfigDocument['diagnose'],
): Report {
  return (path, message, at) => {
    const diagnostic = diagnose(path, message, at)
    diagnostics.push(concealValue(schema, path, diagnostic))
  }
}

/** @throws CodedError CONFIG_UNREADABLE */
export function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CodedError('CONFIG_UNREADABLE', [file, messageOf(error)], { cause: error })
  }
}

/** `a.b=value` as a document of its own, so that a mistake in it is shown as in a file. */
function settingDocument(
  origin: string,
  setting: string,
  env: NonNullable<ConfigSources['env']>,
  schema: JsonSchema,
): ConfigDocument {
  const equals = setting.indexOf('=')
  const keys = (equals < 0 ? setting : setting.slice(0, equals)).split('.')
  const inner = equals < 0 ? '' : setting.slice(equals + 1)
  const parsed = parseConfigDocument({ origin, text: inner, expand: true, env })
  const wrong = equals < 0 || keys.includes('') ? [`${setting} is not of the form key.path=value`] : []
  const show = (message: string, length = setting.length): Diagnostic => ({
    ...{ origin, line: 1, column: 1, length: Math.max(1, length) },
    ...{ sourceLine: setting, message },
  })
  const startsLike = (path: Path) => keys.every((key, index) => path[index] === undefined || path[index] === key)
  return {
    value: keys.reduceRight<unknown>((value, key) => ({ [key]: value }), parsed.value ?? null),
    problems: [...wrong, ...parsed.problems.map(({ message }) => message)].map((message) =>
      concealAround(schema, keys, show(message)),
    ),
    has: (path) => startsLike(path) && (path.length <= keys.length || parsed.has(path.slice(keys.length))),
    source: (path) => parsed.source(path.slice(keys.length)),
    diagnose: (_path, message, at) => show(message, at === 'key' && equals > 0 ? equals : setting.length),
  }
}

function ownerOfParent(layers: readonly ConfigDocument[], path: Path): ConfigDocument {
  for (let length = path.length - 1; length >= 0; length--) {
    const owner = layers.findLast((layer) => layer.has(path.slice(0, length)))
    if (owner !== undefined) return owner
  }
  return layers.at(-1) ?? parseConfigDocument({ origin: '(defaults)', text: '', expand: false, env: {} })
}

function merge(below: unknown, above: unknown): unknown {
  if (!isPlain(below) || !isPlain(above)) return above ?? below
  const result = new Map(Object.entries(below))
  for (const [key, value] of Object.entries(above)) result.set(key, merge(result.get(key), value))
  return Object.fromEntries(result)
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
