import type { PodMetadata } from '../metadata/pod-metadata.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import type { MultilineRules } from '../multiline/rules.ts'
import type { ContentFormatName } from '../parse/detect.ts'
import type { Setting, TimeSource } from './config.ts'
import type { RateLimit } from './rate-limit.ts'

export type ParserName = ContentFormatName | 'off'
type PerStream<T> = [stdout: T | undefined, stderr: T | undefined]

/** What a pod asks for of one of its containers; undefined where it says nothing. */
export interface Wishes {
  exclude: PerStream<boolean>
  parser: PerStream<ParserName>
  multiline: MultilineRule | undefined
  time: TimeSource | undefined
  rateLimit: RateLimit | undefined
}

/** What a reader of annotations is given. */
export interface AnnotationContext {
  readonly pod: PodMetadata
  readonly container: string
  /** Whether annotations may set it. */
  readonly allows: (setting: Setting) => boolean
  readonly rules: Pick<MultilineRules, 'named' | 'withSpec'>
  /** Tells of an annotation that asks for what is not known; what it says of it is left as it would be without. */
  readonly refuse: (annotation: string, problem: string) => void
}

/** Reads the annotations of one vendor into wishes; what is set already stays. */
export type AnnotationReader = (context: AnnotationContext, wishes: Wishes) => void

export function noWishes(): Wishes {
  return {
    exclude: [undefined, undefined],
    parser: [undefined, undefined],
    multiline: undefined,
    time: undefined,
    rateLimit: undefined,
  }
}

/** A value of an annotation as it may be shown: anyone may have written it, and at any length. */
export function quoteValue(value: string): string {
  return JSON.stringify(value.length <= 40 ? value : `${value.slice(0, 40)}…`)
}
