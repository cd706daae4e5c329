import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type Answer, type CapturedRequest, type CaptureServer, captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'
import { startUpstream } from '../support/upstream.ts'

export interface Side {
  readonly router: RouterClient
  readonly hook: CaptureServer
}

export interface Both {
  readonly ours: Side
  readonly theirs: Side
  /** The same request to both. */
  post(path: string, body: unknown): Promise<readonly [Response, Response]>
  get(path: string): Promise<readonly [Response, Response]>
}

/** This router and the original, with the same configuration and a webhook receiver each. */
export async function startBoth(
  t: TestContext,
  yamlFor: (hookUrl: string) => string,
  answer?: (request: CapturedRequest) => Answer,
  flags: readonly string[] = [],
): Promise<Both> {
  const directory = temporaryDirectory(t)
  const [ourHook, theirHook] = [await captureServer(t, answer), await captureServer(t, answer)]
  const [our, their] = await Promise.all([
    startRouter(t, directory, yamlFor(ourHook.url), flags),
    startUpstream(t, directory, yamlFor(theirHook.url), flags),
  ])
  return {
    ours: { router: our, hook: ourHook },
    theirs: { router: their, hook: theirHook },
    post: (path, body) => Promise.all([our.post(path, body), their.post(path, body)]),
    get: (path) => Promise.all([our.get(path), their.get(path)]),
  }
}

/**
 * The value without these keys, wherever they stand: what another release has more, or what differs between any two
 * runs. The order of the other keys is kept, so that a comparison of printed values sees it.
 */
export function without(value: unknown, keys: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([name]) => !keys.has(name))
  return Object.fromEntries(kept.map(([name, item]) => [name, without(item, keys)]))
}
