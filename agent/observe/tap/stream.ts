import type { Clock } from '#lib/clock.ts'
import type { TapSink } from './listener.ts'

/** Of a response of Node's HTTP server, what is used. */
interface TapResponse {
  readonly writableNeedDrain: boolean
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown
  write(text: string): unknown
  end(): unknown
  destroy(): unknown
}

export interface TapStreamOptions {
  readonly response: TapResponse
  readonly clock: Clock
  /** What is told now and then, which also shows that the other side lives. */
  readonly status: () => object
  readonly statusMs?: number
  /** A client that takes nothing for so long is gone. */
  readonly stallMs?: number
}

/** One response of JSON objects, a line each. What a slow client does not take is not kept for it. */
export class TapStream implements TapSink {
  readonly #options: TapStreamOptions
  readonly #statusMs: number
  readonly #stallMs: number
  #cancelStatus = () => {}
  /** Written together at the end of the turn. */
  #pending = ''
  #stalledSinceMs: number | undefined

  constructor(options: TapStreamOptions) {
    this.#options = options
    this.#statusMs = options.statusMs ?? 5_000
    this.#stallMs = options.stallMs ?? 30_000
  }

  get isReady(): boolean {
    return !this.#options.response.writableNeedDrain
  }

  open(): void {
    this.#options.response.writeHead(200, {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    this.send({ type: 'status', ...this.#options.status() })
    this.#scheduleStatus()
  }

  send(event: object): void {
    if (this.#pending === '') setImmediate(() => this.#flush())
    this.#pending += `${JSON.stringify(event)}\n`
  }

  end(reason: string): void {
    this.send({ type: 'end', reason })
    this.#flush()
    this.#cancelStatus()
    this.#options.response.end()
  }

  close(): void {
    this.#cancelStatus()
  }

  #flush(): void {
    if (this.#pending !== '') this.#options.response.write(this.#pending)
    this.#pending = ''
  }

  #scheduleStatus(): void {
    const { clock, status, response } = this.#options
    this.#cancelStatus = clock.after(this.#statusMs, () => {
      const nowMs = clock.monotonicMs()
      if (this.isReady) {
        this.#stalledSinceMs = undefined
        this.send({ type: 'status', ...status() })
      } else {
        this.#stalledSinceMs ??= nowMs
        if (nowMs - this.#stalledSinceMs >= this.#stallMs) response.destroy()
      }
      this.#scheduleStatus()
    })
  }
}
