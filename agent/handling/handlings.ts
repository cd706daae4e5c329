import { createDecoder, type LogFormatName } from '../decode/detect.ts'
import type { LineDecoder } from '../decode/line.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { MultilineConfig } from '../multiline/config.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import { MultilineRules } from '../multiline/rules.ts'
import { type ContentFormatName, createContentParser } from '../parse/detect.ts'
import type { ContentParser } from '../parse/fields.ts'
import type { Handling } from './handling.ts'

/** What the configuration says of logs. */
export interface HandlingConfig {
  readonly format: LogFormatName
  readonly parse: ContentFormatName | 'off'
  readonly multiline: MultilineConfig
}

/** Says how the lines of a container instance are handled. */
export class Handlings {
  readonly rules: MultilineRules
  readonly #decoder: LineDecoder
  readonly #parser: ContentParser | undefined
  readonly #known = new Map<MultilineRule, Handling>()

  constructor({ format, parse, multiline }: HandlingConfig) {
    this.rules = new MultilineRules(multiline)
    this.#decoder = createDecoder(format)
    this.#parser = parse === 'off' ? undefined : createContentParser(parse, { time: false })
  }

  /** Never waits: what the pod says is taken as far as it is known. */
  of(instance: ContainerInstance): Handling {
    const multiline = this.rules.of(instance)
    const known = this.#known.get(multiline)
    if (known !== undefined) return known
    const handling = { decoder: this.#decoder, multiline, parser: this.#parser }
    this.#known.set(multiline, handling)
    return handling
  }
}
