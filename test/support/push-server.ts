import { request } from 'node:http'
import type { TestContext } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { createWebServer } from '#lib/http/server.ts'
import { createPush, type PushOptions } from '../../collector/push/create-push.ts'
import type { PushStore } from '../../collector/push/push-store.ts'
import { InFlightBytes } from '../../collector/receive/in-flight.ts'
import { collectorEvents } from './collector-events.ts'
import { FakeSeriesSink } from './fake-series-sink.ts'
import { temporaryDirectory } from './temporary.ts'

export const PUSH_CONFIG: PushOptions['config'] = {
  enabled: true,
  admin_api: true,
  max_groups: 1_000,
  max_series_per_group: 20_000,
  max_series: 100_000,
  max_request_bytes: 16 * 1024 ** 2,
  max_bytes: 128 * 1024 ** 2,
}

export interface PushServer {
  readonly url: string
  readonly store: PushStore
  readonly sink: FakeSeriesSink
  readonly count: (metric: string) => Promise<number>
}

/** The part of the collector that takes pushes, over HTTP. */
export async function startPushServer(
  t: TestContext,
  config: Partial<PushOptions['config']> = {},
  dataDirectory = temporaryDirectory(t),
): Promise<PushServer> {
  const sink = new FakeSeriesSink()
  const { events, count } = collectorEvents()
  const push = createPush({
    ...{ config: { ...PUSH_CONFIG, ...config }, dataDirectory, sink, events },
    inFlight: new InFlightBytes(256 * 1024 ** 2),
    clock: systemClock,
  })
  const web = createWebServer({ name: 'web', listenAddress: '127.0.0.1:0', routes: push.routes })
  for (const part of push.parts) await part.start?.()
  await web.start?.()
  t.after(async () => {
    await web.stop?.(AbortSignal.timeout(1_000))
    for (const part of push.parts) await part.stop?.(AbortSignal.timeout(1_000))
  })
  return { url: web.url, store: push.store!, sink, count }
}

export interface Answer {
  readonly status: number
  readonly text: string
}

/** Sends a path as it is: `fetch` would tidy it up. */
export function sendRaw(
  url: string,
  method: string,
  path: string,
  body: string | Buffer = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString() }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
