import { closeSync, openSync, readSync } from 'node:fs'
import { parse } from 'yaml'
import { formatBytes } from '../bytes.ts'
import { messageOf } from '../errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A secret or a certificate is far smaller; `${file:/dev/zero}` is not. */
const MAX_FILE_BYTES = 1024 ** 2

/**
 * Replaces `${NAME}` and `${file:/path}` (its content without the last newline); `$${` stands for a literal `${`.
 * What was put in is not looked at again.
 */
export function expand(text: string, env: Environment, report: (message: string) => void): string {
  return text.replace(/\$\$\{|\$\{([^}]*)\}/g, (whole, reference: string | undefined) => {
    if (reference === undefined) return '${'
    if (reference.startsWith('file:')) {
      try {
        return readText(reference.slice(5)).replace(/\r?\n$/, '')
      } catch (error) {
        report(`cannot read ${whole}: ${messageOf(error)}`)
        return ''
      }
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(reference)) {
      report(`${whole} is neither \${NAME} nor \${file:/path}; write $\${ for a literal \${`)
      return ''
    }
    const value = env[reference]
    if (value === undefined) report(`environment variable ${reference} is not set`)
    return value ?? ''
  })
}

/**
 * An unquoted `${PORT}` is typed as if its value had been written there: a number, a boolean, nothing. Any other text
 * stays as it is: to read `pass #1` or `&x` as YAML would silently drop a part of it.
 */
export function plainScalar(text: string, version: '1.1' | '1.2' = '1.2'): unknown {
  if (!/^[\w.+-]*$/.test(text)) return text
  try {
    return parse(text, { version })
  } catch {
    return text
  }
}

function readText(path: string): string {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1)
    let length = 0
    for (let bytes = -1; bytes !== 0 && length < buffer.length; length += bytes) {
      bytes = readSync(fd, buffer, length, buffer.length - length, null)
    }
    if (length > MAX_FILE_BYTES) throw new Error(`it is larger than ${formatBytes(MAX_FILE_BYTES)}`)
    return buffer.toString('utf8', 0, length)
  } finally {
    closeSync(fd)
  }
}
