import { createDecoder, type LogFormatName } from '../decode/detect.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import { createAutoRule, SINGLE_LINES } from '../multiline/auto.ts'
import { type ContentFormatName, createContentParser } from '../parse/detect.ts'
import type { Handling } from './handling.ts'

/** What the configuration says of the logs of all containers. */
export interface HandlingOptions {
  readonly format: LogFormatName
  readonly parse: ContentFormatName | 'off'
  readonly multiline: { readonly mode: 'auto' | 'off'; readonly max_lines: number; readonly flush_after: number }
}

/** Says how the lines of a container instance are handled. */
export class Handlings {
  readonly #default: Handling

  constructor({ format, parse, multiline }: HandlingOptions) {
    this.#default = {
      decoder: createDecoder(format),
      multiline:
        multiline.mode === 'off'
          ? SINGLE_LINES
          : createAutoRule({ maxLines: multiline.max_lines, flushAfterMs: multiline.flush_after }),
      parser: parse === 'off' ? undefined : createContentParser(parse, { time: false }),
    }
  }

  /** Never waits: what the pod says is taken as far as it is known. */
  of(_instance: ContainerInstance): Handling {
    return this.#default
  }
}
