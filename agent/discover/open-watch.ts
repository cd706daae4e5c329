import { type FSWatcher, watch } from 'node:fs'

export interface Watch {
  close(): void
}

/**
 * Watches a directory, which must exist. `onEvent` is given `change` or `rename` and the name of the entry.
 *
 * @throws the system's error
 */
export type OpenWatch = (
  directory: string,
  onEvent: (type: string, name: string | null) => void,
  onError: (error: unknown) => void,
) => Watch

export const openWatch: OpenWatch = (directory, onEvent, onError): FSWatcher =>
  watch(directory, { persistent: false }, onEvent).on('error', onError)
