import { boolean, optional } from '#lib/config/schema.ts'
import { checkHttpConfig, type HttpConfig, httpConfigSchema } from '../http.ts'
import type { IntegrationContext } from './format.ts'

/** The keys that every integration over HTTP has. */
export function httpKeys(sendResolved: boolean) {
  return {
    send_resolved: boolean({ description: 'Also tell when alerts are resolved.', default: sendResolved }),
    http_config: optional(httpConfigSchema),
  }
}

/** The HTTP settings that hold for an integration: its own, checked, or the global ones as a whole. */
export function readHttp(http: HttpConfig | undefined, { global, path, report }: IntegrationContext): HttpConfig {
  if (http === undefined) return global.http_config
  checkHttpConfig(http, [...path, 'http_config'], report)
  return http
}
