import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'

export interface Smarthost {
  readonly host: string
  readonly port: number
}

/** Splits `mail.example.com:587` or `[::1]:25`; a port is required. */
export function parseSmarthost(text: string, path: Path, report: Report): Smarthost {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d*)$/.exec(text)
  const [, v6, name, port] = match ?? []
  if (match === null) report(path, `address "${text}": missing port; write host:port`)
  else if (port === '') report(path, `address "${text}": port cannot be empty`)
  else if (Number(port) > 65_535) report(path, `address "${text}": the port is above 65535`)
  return { host: v6 ?? name ?? '', port: Number(port ?? 0) }
}
