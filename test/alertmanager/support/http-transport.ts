import assert from 'node:assert/strict'
import type { HttpRequest, HttpTransport } from '../../../alertmanager/notify/http/request.ts'
import { createHttpTransport, type HttpTransportOptions } from '../../../alertmanager/notify/http/transport.ts'
import { integrationConfig } from './told-integration.ts'

/** The transport that an `http_config`, written as YAML in flow style, makes. */
export function transportOf(
  httpConfig: string,
  files: Readonly<Record<string, string>> = {},
  more: Partial<HttpTransportOptions> = {},
): HttpTransport {
  const { options } = integrationConfig('webhook', '{url: "http://x"}', `{http_config: ${httpConfig}}`)
  assert.ok('http_config' in options)
  return createHttpTransport({
    ...{ config: options.http_config, userAgent: 'Alertmanager/0.34.0', env: {} },
    readFile: (path) => Promise.resolve(files[path] ?? Promise.reject(new Error(`no ${path}`))),
    ...more,
  })
}

export const post = (url: string, headers: HttpRequest['headers'] = {}): HttpRequest => ({
  ...{ url, method: 'POST', body: '{}' },
  headers: { 'content-type': 'application/json', ...headers },
})
