import { systemClock } from '#lib/clock.ts'
import { readResponse } from './read-response.ts'
import { redact } from './redact.ts'
import type { HttpResponse, HttpTransport } from './request.ts'
import { createRequester, type RequesterOptions } from './requester.ts'
import type { WireHeaders } from './wire.ts'

export type HttpTransportOptions = Omit<RequesterOptions, 'clock' | 'env'> &
  Partial<Pick<RequesterOptions, 'clock' | 'env'>>

/** Sends notifications as `http_config` says. */
export function createHttpTransport(options: HttpTransportOptions): HttpTransport {
  const { clock = systemClock, env = process.env } = options
  const ask = createRequester({ ...options, clock, env })
  return async (request, signal) => {
    const { response, secrets } = await ask(request, signal)
    return withoutSecrets(await readResponse(response, clock), secrets)
  }
}

/** Some servers tell in an error what they were sent. */
function withoutSecrets(response: HttpResponse, headers: WireHeaders): HttpResponse {
  if (response.status < 300) return response
  const values = Object.values(headers).flat()
  const secrets = values.flatMap((value) => [value, value.replace(/^\S+ /, '')])
  return { ...response, body: redact(response.body, '', secrets) }
}
