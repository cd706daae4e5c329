import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../clock.ts'
import type { WatchedFile } from '../../config/watched-file.ts'
import { messageOf } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { BasicAuth } from './basic-auth.ts'
import type { WebConfig } from './read.ts'
import { TokenBucket } from './token-bucket.ts'

export interface GateOptions {
  readonly config: WatchedFile<WebConfig>
  readonly clock: Clock
  readonly logger: Logger
}

/** Stands before every request of a server: rate limit, headers, user and password. */
export class Gate {
  readonly #options: GateOptions
  readonly #auth = new BasicAuth()
  #bucket: { readonly of: NonNullable<WebConfig['rateLimit']>; readonly tokens: TokenBucket } | undefined

  constructor(options: GateOptions) {
    this.#options = options
  }

  /** Answers a request that may not pass; calls `next` for one that may. */
  pass(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const config = this.#options.config.current
    if (!this.#isWithinRate(config)) {
      refuse(response, 429, 'Too Many Requests')
      return
    }
    for (const [name, value] of config.headers) response.setHeader(name, value)
    if (config.users.size === 0) next()
    else void this.#authenticate(request, response, config).then((isGranted) => isGranted && next())
  }

  /** Resolves with false for a request that it has answered itself. */
  async #authenticate(request: IncomingMessage, response: ServerResponse, { users }: WebConfig): Promise<boolean> {
    try {
      const result = await this.#auth.check(request.headers.authorization, users)
      if (result === 'granted') return true
      if (result === 'busy') refuse(response, 503, 'Too many logins are being checked, try again later.')
      else refuse(response.setHeader('WWW-Authenticate', 'Basic'), 401, 'Unauthorized')
    } catch (error) {
      this.#options.logger.error({ err: messageOf(error) }, 'cannot check a password')
      refuse(response, 500, 'Internal Server Error')
    }
    return false
  }

  stop(): Promise<void> {
    return this.#auth.stop()
  }

  #isWithinRate({ rateLimit }: WebConfig): boolean {
    if (rateLimit === undefined) return true
    const nowMs = this.#options.clock.monotonicMs()
    const before = this.#bucket?.of
    if (before?.intervalMs !== rateLimit.intervalMs || before.burst !== rateLimit.burst) {
      this.#bucket = { of: rateLimit, tokens: new TokenBucket({ ...rateLimit, nowMs }) }
    }
    return this.#bucket?.tokens.take(nowMs) ?? true
  }
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' })
  response.end(`${text}\n`)
}
