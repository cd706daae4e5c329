import { CodedError } from '#lib/errors.ts'
import { matchesPattern } from '#lib/match/name-pattern.ts'

/** Where in the pipeline one looks: bytes as read, lines as decoded, records as shipped. */
export const TAP_STAGES = ['read', 'decoded', 'record'] as const
export type TapStage = (typeof TAP_STAGES)[number]

/** What a tap shows, and how much of it. */
export interface TapQuery {
  readonly stage: TapStage
  readonly namespaces: readonly string[]
  readonly pods: readonly string[]
  readonly containers: readonly string[]
  /** One of so many lines is shown. */
  readonly sample: number
  /** After so many lines the tap ends; 0 for never. */
  readonly limit: number
  /** Most lines in a second. */
  readonly rate: number
}

export interface ContainerNames {
  readonly namespace: string
  readonly pod: string
  readonly container: string
}

const LARGEST_LIMIT = 1_000_000
const LARGEST_SAMPLE = 1_000_000
const LARGEST_RATE = 5_000
const DEFAULT_RATE = 500
const MOST_NAMES = 100
const PARAMETERS = ['stage', 'namespace', 'pod', 'container', 'sample', 'limit', 'rate'] as const

/** @throws CodedError PARAMETER_INVALID */
export function parseTapQuery(parameters: URLSearchParams): TapQuery {
  for (const name of parameters.keys()) {
    if (!(PARAMETERS as readonly string[]).includes(name)) {
      throw new CodedError('PARAMETER_INVALID', [name, `is not known; there are ${PARAMETERS.join(', ')}`])
    }
  }
  const stage = parameters.get('stage') ?? 'record'
  if (!isStage(stage)) throw new CodedError('PARAMETER_INVALID', ['stage', `must be one of ${TAP_STAGES.join(', ')}`])
  return {
    stage,
    namespaces: namesIn(parameters, 'namespace'),
    pods: namesIn(parameters, 'pod'),
    containers: namesIn(parameters, 'container'),
    sample: numberIn(parameters, 'sample', { byDefault: 1, least: 1, most: LARGEST_SAMPLE }),
    limit: numberIn(parameters, 'limit', { byDefault: 0, least: 0, most: LARGEST_LIMIT }),
    rate: numberIn(parameters, 'rate', { byDefault: DEFAULT_RATE, least: 1, most: LARGEST_RATE }),
  }
}

/** A pod is named in full, by the beginning of its name up to a dash, or by a pattern, as in `vedette query`. */
export function isMeant({ namespaces, pods, containers }: TapQuery, names: ContainerNames): boolean {
  return (
    isAmong(namespaces, names.namespace) &&
    isAmong(containers, names.container) &&
    (isAmong(pods, names.pod) || pods.some((pod) => names.pod.startsWith(`${pod}-`)))
  )
}

function isAmong(patterns: readonly string[], name: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => matchesPattern(name, pattern))
}

function isStage(text: string): text is TapStage {
  return (TAP_STAGES as readonly string[]).includes(text)
}

function namesIn(parameters: URLSearchParams, name: string): readonly string[] {
  const names = parameters.getAll(name).filter((text) => text !== '')
  if (names.length <= MOST_NAMES) return names
  throw new CodedError('PARAMETER_INVALID', [name, `may be given ${MOST_NAMES} times at most`])
}

function numberIn(
  parameters: URLSearchParams,
  name: string,
  { byDefault, least, most }: { readonly byDefault: number; readonly least: number; readonly most: number },
): number {
  const text = parameters.get(name)
  if (text === null) return byDefault
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new CodedError('PARAMETER_INVALID', [name, `must be a whole number from ${least} to ${most}`])
}
