import { parseGoDuration } from '../../config/go-duration.ts'
import type { HttpConfig } from '../../config/http.ts'
import type { IntegrationKind } from '../../config/receivers/formats.ts'
import { encodeJson, type Json } from '../../json.ts'
import { NO_SPAN } from '../../tracing/span.ts'
import { tracedTransport } from '../../tracing/traced-transport.ts'
import { type NotificationData, notificationData } from '../data.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration, Notification, NotifyResult } from '../receiver.ts'
import { readSecret, type SecretSource } from '../secret-source.ts'
import { composeAndSend, render } from '../unsendable.ts'
import { type HttpRequest, type NotifyByHttpOptions, notifyByHttp } from './request.ts'

interface HttpIntegrationConfig {
  readonly send_resolved: boolean
  readonly http_config: HttpConfig
  /** Longest time of one request, a Go duration. */
  readonly timeout?: string | undefined
}

export type AnswerOptions = Pick<NotifyByHttpOptions, 'isRetryable' | 'readAnswer' | 'credentials'>

/** One notification on its way to an HTTP service. */
export interface Telling {
  readonly notification: Notification
  readonly data: NotificationData
  /** Renders a text of the configuration, which stands under this key. */
  text(source: string, key: string): string
  /** The same for HTML. */
  html(source: string, key: string): string
  /** Reads a secret, which then is in no error message. */
  secret(source: SecretSource): Promise<string>
  /** Keeps a text out of error messages, such as a secret that was rendered. */
  hide(secret: string): string
  send(request: HttpRequest, options?: AnswerOptions): Promise<NotifyResult>
  /** Posts JSON as Go's encoder writes it. */
  postJson(
    url: string,
    body: Json,
    options?: AnswerOptions & { readonly headers?: HttpRequest['headers'] },
  ): Promise<NotifyResult>
}

/** An integration that tells by HTTP requests; texts that cannot be rendered and files that cannot be read are failures for good. */
export function createHttpIntegration(
  kind: IntegrationKind,
  config: HttpIntegrationConfig,
  deps: IntegrationDeps,
  tell: (telling: Telling) => Promise<NotifyResult>,
): Integration {
  const { index, where, templates, externalUrl, readFile, clock } = deps
  const transport = deps.http(config.http_config)
  const timeoutMs = parseGoDuration(config.timeout ?? '0') ?? 0

  const begin = (notification: Notification, signal: AbortSignal): Telling => {
    const data = notificationData(notification, externalUrl())
    const secrets: string[] = []
    const traced = tracedTransport(transport, notification.span ?? NO_SPAN, kind)
    const telling: Telling = {
      ...{ notification, data },
      text: (source, key) => render(key, () => templates.text(source, data)),
      html: (source, key) => render(key, () => templates.html(source, data)),
      secret: async (source) => telling.hide(await readSecret(source, readFile)),
      hide(secret) {
        secrets.push(secret)
        return secret
      },
      send: (request, options) =>
        notifyByHttp(traced, request, { where, timeoutMs, signal, clock, secrets, ...options }),
      postJson: (url, body, { headers, ...options } = {}) => telling.send(jsonRequest(url, body, headers), options),
    }
    return telling
  }

  return {
    ...{ kind, index, sendResolved: config.send_resolved },
    notify: (notification, signal) => composeAndSend(where, () => tell(begin(notification, signal))),
  }
}

function jsonRequest(url: string, body: Json, headers: HttpRequest['headers'] = {}): HttpRequest {
  return {
    ...{ url, method: 'POST' },
    headers: { 'content-type': 'application/json', ...headers },
    body: encodeJson(body, { escapeHtml: true }),
  }
}
