import type { Agent } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type Encoding, judgeAnswer, type Outcome, type RequestSender } from './outcome.ts'
import { post } from './post.ts'

export interface OtlpClientOptions {
  /** Base URL; `/v1/logs` is appended. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Longest time from a request to the end of its answer. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** Sends OTLP/HTTP protobuf requests to one collector. */
export class OtlpClient implements RequestSender {
  readonly #options: OtlpClientOptions
  readonly #url: URL
  readonly #agent: Agent
  #hasAccepted = false

  constructor(options: OtlpClientOptions) {
    this.#options = options
    this.#url = new URL(`${options.url.replace(/\/+$/, '')}/v1/logs`)
    const module = this.#url.protocol === 'https:' ? 'node:https' : 'node:http'
    this.#agent = new (process.getBuiltinModule(module).Agent)({ keepAlive: true })
  }

  async send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    const { clock, timeoutMs } = this.#options
    try {
      const headers = {
        ...this.#options.headers,
        'content-type': 'application/x-protobuf',
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      }
      const answer = await post({ url: this.#url, agent: this.#agent, headers, body, timeoutMs, clock, signal })
      const outcome = judgeAnswer(answer, { encoding, isProven: this.#hasAccepted, nowMs: clock.nowMs() })
      if (outcome.kind === 'accepted') this.#hasAccepted = true
      return outcome
    } catch (error) {
      const reason = systemErrorCode(error) || 'connection'
      return { kind: 'retry', reason: reason.toLowerCase(), message: messageOf(error), afterMs: 0 }
    }
  }

  close(): void {
    this.#agent.destroy()
  }
}
