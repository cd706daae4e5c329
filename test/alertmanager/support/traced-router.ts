import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type RouterClient, startRouter } from './router-process.ts'
import type { TraceCollector } from './trace-collector.ts'
import type { ReceivedSpan } from './trace-proto.ts'

export interface TracedRouter {
  readonly router: RouterClient
  /** Takes an alert of this name, with these headers. */
  push(alertname: string, headers?: Readonly<Record<string, string>>): Promise<void>
  /** Puts another tracing section in force; none if it is left out. */
  reload(tracing?: string): Promise<void>
  /** Ends it in good order: what is left of traces is sent. */
  stop(): Promise<void>
}

/** A router that tells a webhook at once, with a tracing section if one is given. */
export async function startTraced(t: TestContext, webhookUrl: string, tracing?: string): Promise<TracedRouter> {
  const directory = temporaryDirectory(t)
  const yaml = (section = 'null') => `
route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: "${webhookUrl}"}]}]
${section === 'null' ? '' : `tracing: ${section}`}
`
  const router = await startRouter(t, directory, yaml(tracing))
  return {
    router,
    async push(alertname, headers = {}) {
      const response = await fetch(`${router.url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify([{ labels: { alertname } }]),
      })
      assert.equal(response.status, 200)
    },
    async reload(section) {
      writeFileSync(join(directory, 'alertmanager.yml'), yaml(section))
      assert.equal((await router.post('/-/reload')).status, 200)
    },
    async stop() {
      assert.equal((await router.child.kill('SIGTERM')).code, 0)
    },
  }
}

/** The spans as a tree in words, each under its parent: `name` in the order in which they began. */
export function treeOf(spans: readonly ReceivedSpan[], parentSpanId = ''): string[] {
  return spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .sort((a, b) => Number(a.start - b.start))
    .flatMap(({ name, spanId }) => [name, ...treeOf(spans, spanId).map((line) => `  ${line}`)])
}

/** The spans of the trace that a span of this name is in. */
export function traceWith({ spans }: TraceCollector, name: string): readonly ReceivedSpan[] {
  const one = spans.find((span) => span.name === name)
  assert.ok(one, `there is a span ${name} among ${spans.map((span) => span.name).join(', ')}`)
  return spans.filter(({ traceId }) => traceId === one.traceId)
}
