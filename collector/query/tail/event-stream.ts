import type { ServerResponse } from 'node:http'
import type { Clock } from '#lib/clock.ts'

export interface EventStreamOptions {
  readonly response: ServerResponse
  readonly clock: Clock
  /** Aborted when the client is gone, or takes nothing for too long. */
  readonly closing: AbortController
  readonly heartbeatMs?: number
  readonly stallMs?: number
}

/**
 * One response of server-sent events. A write settles once the client has taken enough to go on, so a slow client slows
 * its tail and nothing piles up. Comments keep proxies from cutting a quiet stream.
 */
export class EventStream {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #closing: AbortController
  readonly #heartbeatMs: number
  readonly #stallMs: number
  #cancelHeartbeat = () => {}

  constructor({ response, clock, closing, heartbeatMs = 15_000, stallMs = 60_000 }: EventStreamOptions) {
    this.#response = response
    this.#clock = clock
    this.#closing = closing
    this.#heartbeatMs = heartbeatMs
    this.#stallMs = stallMs
  }

  open(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    })
    this.#beat()
  }

  /** @param id where the client goes on after an interruption, as its `Last-Event-ID` */
  async send(event: string, data: unknown, id?: string): Promise<void> {
    const { signal } = this.#closing
    if (signal.aborted) return
    const text = `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
    if (!this.#response.write(text)) await this.#drained()
  }

  close(): void {
    this.#cancelHeartbeat()
    this.#response.end()
  }

  #drained(): Promise<void> {
    const { signal } = this.#closing
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#stallMs, () => {
        this.#closing.abort()
        this.#response.destroy()
      })
      const done = () => {
        cancel()
        this.#response.off('drain', done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#response.once('drain', done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.after(this.#heartbeatMs, () => {
      if (this.#closing.signal.aborted) return
      if (!this.#response.writableNeedDrain) this.#response.write(': heartbeat\n\n')
      this.#beat()
    })
  }
}
