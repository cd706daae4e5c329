import type { Clock } from '#lib/clock.ts'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import { describeDistrust } from '../credentials/distrust.ts'
import type { Connections } from './connections.ts'
import type { CredentialFiles, Credentials } from './credentials.ts'
import { type Answer, type Encoding, judgeAnswer, type Outcome, type RequestSender } from './outcome.ts'
import { post } from './post.ts'

export interface OtlpClientOptions {
  /** Base URL; the path of the signal is appended. */
  readonly url: URL
  readonly signal: Signal
  readonly headers: Readonly<Record<string, string>>
  readonly connections: Connections
  readonly credentials: Pick<CredentialFiles, 'read' | 'expire'>
  /** Longest time from a request to the end of its answer. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** What is sent. */
export type Signal = 'logs' | 'metrics'

/** Sends OTLP/HTTP protobuf requests to one collector. */
export class OtlpClient implements RequestSender {
  readonly #options: OtlpClientOptions
  readonly #url: URL
  #hasAccepted = false

  constructor(options: OtlpClientOptions) {
    this.#options = options
    this.#url = new URL(options.url)
    this.#url.pathname = `${options.url.pathname.replace(/\/+$/, '')}/v1/${options.signal}`
  }

  async send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    const { clock, credentials } = this.#options
    try {
      const held = await credentials.read()
      const first = await this.#post(body, encoding, held, signal)
      const answer = first.status === 401 ? await this.#postRenewed(first, body, encoding, held, signal) : first
      const outcome = judgeAnswer(answer, { encoding, isProven: this.#hasAccepted, nowMs: clock.nowMs() })
      if (outcome.kind === 'accepted') this.#hasAccepted = true
      return outcome
    } catch (error) {
      return this.#failure(error)
    }
  }

  close(): void {
    this.#options.connections.close()
  }

  /** The token may have been renewed since it was read. */
  async #postRenewed(refusal: Answer, body: Buffer, encoding: Encoding, held: Credentials, signal: AbortSignal) {
    const { credentials } = this.#options
    if (held.token === undefined) return refusal
    credentials.expire()
    const renewed = await credentials.read()
    return renewed.token === held.token ? refusal : this.#post(body, encoding, renewed, signal)
  }

  async #post(body: Buffer, encoding: Encoding, held: Credentials, signal: AbortSignal): Promise<Answer> {
    const { connections, headers, timeoutMs, clock } = this.#options
    return post({
      ...{ url: this.#url, body, timeoutMs, clock, signal },
      agent: connections.agentFor(held),
      headers: {
        ...headers,
        ...(held.token === undefined ? {} : { authorization: `Bearer ${held.token}` }),
        'content-type': 'application/x-protobuf',
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      },
    })
  }

  #failure(error: unknown): Outcome {
    const distrust = describeDistrust(error)
    const coded = distrust === undefined ? error : new CodedError('COLLECTOR_CERTIFICATE', [distrust])
    const code = coded instanceof CodedError ? coded.code : systemErrorCode(error)
    // Certificates may be replaced in the middle of reading them, and a peer may want others by now.
    if (/^(?:ERR_OSSL|ERR_SSL|COLLECTOR_CERTIFICATE)/.test(code)) this.#options.credentials.expire()
    const cure = coded instanceof CodedError ? { cure: coded.cure } : {}
    const reason = (code || 'connection').toLowerCase()
    return { kind: 'retry', reason, message: messageOf(coded), afterMs: 0, ...cure }
  }
}
