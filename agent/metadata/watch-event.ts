import { isObject, readCount, readObject, readText } from './read-json.ts'

/** An event of a watch, as far as it is understood. */
export type WatchEvent =
  /** A pod that is new or changed. */
  | { readonly kind: 'put'; readonly object: unknown; readonly version: string }
  | { readonly kind: 'remove'; readonly uid: string; readonly version: string }
  /** Nothing happened up to this version. */
  | { readonly kind: 'bookmark'; readonly version: string }
  /** The watch cannot go on; 410 if its version is too old. */
  | { readonly kind: 'error'; readonly status: number }
  /** Of a type that a later Kubernetes may have. */
  | { readonly kind: 'unknown' }

/** Kubernetes calls it opaque; so far it is a number. */
const VERSION = /^[\w.:-]{1,128}$/
const MAX_UID_CHARS = 128

/** @returns undefined if the line is no watch event at all */
export function parseWatchEvent(line: Buffer): WatchEvent | undefined {
  let event: unknown
  try {
    event = JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
  if (!isObject(event) || !isObject(event.object)) return undefined
  const { object } = event
  const metadata = readObject(object, 'metadata')
  const version = versionOf(metadata) ?? ''
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
      return { kind: 'put', object, version }
    case 'DELETED':
      return { kind: 'remove', uid: readText(metadata, 'uid', MAX_UID_CHARS), version }
    case 'BOOKMARK':
      return { kind: 'bookmark', version }
    case 'ERROR':
      return { kind: 'error', status: readCount(object, 'code') ?? 0 }
    default:
      return typeof event.type === 'string' ? { kind: 'unknown' } : undefined
  }
}

/** The resource version in the metadata of an object or a list. */
export function versionOf(metadata: Readonly<Record<string, unknown>>): string | undefined {
  const version = readText(metadata, 'resourceVersion', 128)
  return VERSION.test(version) ? version : undefined
}
