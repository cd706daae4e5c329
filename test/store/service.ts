import type { TestContext } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { inOrder } from '#lib/lifecycle.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import * as configModule from '../../store/config.ts'
import { createPipeline } from '../../store/pipeline.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { temporaryDirectory } from '../support/temporary.ts'

export interface Service {
  readonly url: string
  readonly lines: readonly string[]
  request(method: string, path: string, body?: string | Buffer, headers?: Record<string, string>): Promise<Reply>
}

/** What tests look at in answers. */
export interface Answer {
  readonly status: number
  readonly errors: boolean
  readonly items: readonly Readonly<Record<string, BulkItem>>[]
}

export interface BulkItem {
  readonly _index: string
  readonly _id: string | null
  readonly _seq_no: number
  readonly status: number
  readonly error?: { readonly type: string; readonly reason: string }
}

export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** The answer as JSON. */
  readonly json: Answer
}

/** The store as a service of this process, on a port of its own. */
export async function startService(t: TestContext, settings: readonly string[] = []): Promise<Service> {
  const lines: string[] = []
  const logger = createLogger({ service: 'store', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const overrides = ['listen_address=127.0.0.1:0', `data_dir=${temporaryDirectory(t)}`, ...settings]
  const clock = new ManualClock()
  const assembly = createPipeline(loadConfig(configModule, { overrides, env: {} }), {
    clock,
    logger,
    registry: createRegistry('store', '0'),
    notReady: () => [],
  })
  const lifecycle = inOrder(assembly.parts, { clock, drainMs: 1_000 })
  await lifecycle.start()
  t.after(() => lifecycle.stop())
  const url = assembly.addresses().elasticsearch!
  return {
    url,
    lines,
    async request(method, path, body, headers = {}) {
      const typed = body === undefined ? headers : { 'content-type': 'application/json', ...headers }
      const answer = await fetch(url + path, {
        method,
        headers: typed,
        ...(body === undefined ? {} : { body: body as string }),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        text,
        headers: answer.headers,
        get json() {
          return JSON.parse(text)
        },
      }
    },
  }
}
