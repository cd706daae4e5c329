import type { TracingConfig } from '../config/tracing.ts'
import { redact } from '../notify/http/redact.ts'

/** The headers of a `tracing` section, any of which may be a key. */
export interface SecretHeaders {
  /** All values by names in lower case. Files are read anew each time. */
  read(): Promise<Readonly<Record<string, readonly string[]>>>
  /** Takes the values that were read last out of a text: some servers tell in an error what they were sent. */
  hide(text: string): string
}

export function secretHeaders(
  headers: NonNullable<TracingConfig['headers']>,
  readFile: (path: string) => Promise<string>,
): SecretHeaders {
  let known: readonly string[] = []
  return {
    async read() {
      const all: Record<string, readonly string[]> = {}
      for (const [name, { values, secrets, files }] of Object.entries(headers)) {
        all[name.toLowerCase()] = [...values, ...secrets, ...(await Promise.all(files.map(readFile)))]
      }
      // With what follows a scheme alone: `Bearer x`.
      known = Object.values(all).flatMap((list) => list.flatMap((value) => [value, value.replace(/^\S+ /, '')]))
      return all
    },
    hide: (text) => redact(text, '', known),
  }
}
