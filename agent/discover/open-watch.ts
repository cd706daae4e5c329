import { type FSWatcher, watch } from 'node:fs'

export interface Watch {
  close(): void
}

/** Is told what happens in a directory. */
export interface WatchListener {
  /** `type` is `change` or `rename`, `name` that of the entry if the system tells it. */
  onEvent(directory: string, type: string, name: string | null): void
  onFailure(directory: string, error: unknown): void
}

/**
 * Watches a directory, which must exist.
 *
 * @throws the system's error
 */
export type OpenWatch = (directory: string, listener: WatchListener) => Watch

/** What is called with a watcher of ours. */
interface OwnedWatcher extends FSWatcher {
  directory: string
  listener: WatchListener
}

export const openWatch: OpenWatch = (directory, listener) => {
  const watcher = Object.assign(watch(directory, { persistent: false }), { directory, listener })
  return watcher.on('change', onChange).on('error', onError)
}

// The same two for all watchers: with closures of its own each of many thousands would take a third more memory.

function onChange(this: FSWatcher, type: string, name: string | null): void {
  const { directory, listener } = this as OwnedWatcher
  listener.onEvent(directory, type, name)
}

function onError(this: FSWatcher, error: Error): void {
  const { directory, listener } = this as OwnedWatcher
  listener.onFailure(directory, error)
}
