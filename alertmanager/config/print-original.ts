import { printConfig } from '#lib/config/print.ts'
import type { JsonSchema } from '#lib/config/schema.ts'
import { OWN_KEY } from './own.ts'
import { OWN_KINDS } from './receivers/formats.ts'
import { maskUrls } from './urls.ts'

/**
 * Prints a checked configuration as upstream shows it: defaults filled in, secrets as `<secret>`, in YAML 1.1. It can be
 * loaded again, here and by amtool; by an older amtool too, as long as no key is written that it does not know. Our own
 * section and our own kinds of integrations, which no amtool of Alertmanager's knows, are left out.
 *
 * @param written the same configuration before defaults were filled in
 */
export function printOriginal(schema: JsonSchema, checked: unknown, written: unknown): string {
  const shown = maskUrls(schema, withoutEmptyDefaults(checked, written))
  return printConfig(schema, withoutOwn(shown), { yamlVersion: '1.1' })
}

/** Keys with a default that amtool 0.25 does not know: those that Debian has refuse a configuration that names them. */
const RECENT = new Set([
  'slack_app_url',
  'rocketchat_api_url',
  'update_message',
  'threading',
  'force_implicit_tls',
  'use_aws_http_client',
  'monospace',
  'content',
])

const OWN_INTEGRATIONS = new Set(OWN_KINDS.map((kind) => `${kind}_configs`))

function withoutOwn(shown: unknown): unknown {
  if (!isMapping(shown)) return shown
  const { receivers } = shown
  const others = Array.isArray(receivers) && {
    receivers: receivers.map((receiver) => without(receiver, (key) => OWN_INTEGRATIONS.has(key))),
  }
  return without({ ...shown, ...others }, (key) => key === OWN_KEY)
}

function without(mapping: unknown, isLeftOut: (key: string) => boolean): unknown {
  if (!isMapping(mapping)) return mapping
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !isLeftOut(key)))
}

/** Upstream leaves out what is empty, unless it was written. */
function withoutEmptyDefaults(checked: unknown, written: unknown): unknown {
  if (Array.isArray(checked)) {
    const items: readonly unknown[] = Array.isArray(written) ? written : []
    return checked.map((item, index) => withoutEmptyDefaults(item, items[index]))
  }
  if (!isMapping(checked)) return checked
  const given = isMapping(written) ? written : {}
  const shown = Object.entries(checked).filter(([key, value]) => {
    return (given[key] ?? undefined) !== undefined || !(isEmpty(value) || RECENT.has(key))
  })
  return Object.fromEntries(shown.map(([key, value]) => [key, withoutEmptyDefaults(value, given[key])]))
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  return value === '' || (isMapping(value) && Object.keys(value).length === 0)
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
