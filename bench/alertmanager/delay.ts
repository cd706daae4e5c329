import { createServer, type Server } from 'node:http'
import { alertBodies, post, postAll } from './load.ts'
import { GROUP_WAIT_MS, type Router } from './routers.ts'

/** Takes notifications and remembers when each came, by the name of its group. */
export class Hook {
  readonly arrivedMs = new Map<string, number>()
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => {
      const atMs = performance.now()
      let body = ''
      request.setEncoding('utf8').on('data', (part: string) => (body += part))
      request.on('end', () => {
        const { groupLabels } = JSON.parse(body) as { groupLabels: { alertname: string } }
        this.arrivedMs.set(groupLabels.alertname, atMs)
        response.end()
      })
    })
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (typeof address !== 'object' || address === null) throw new Error('no port')
    return `http://127.0.0.1:${address.port}/`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

const GROUPS = 300

/** How long after group_wait new groups are told, in milliseconds, while others are sent again all the time. */
export async function measureDelays(router: Router, hook: Hook, active: number): Promise<readonly number[]> {
  hook.arrivedMs.clear()
  const bodies = alertBodies({ total: active, batch: 500, endsAtMs: Date.now() + 3_600_000 })
  let isOver = false
  const background = (async () => {
    // 5 000 alerts a second.
    for (let index = 0; !isOver; index = (index + 1) % bodies.length) {
      await Promise.all([postAll(router.url, [bodies[index]!], 1), pause(100)])
    }
  })()
  const sentMs = new Map<string, number>()
  for (let n = 0; n < GROUPS; n++) {
    const alertname = `${router.who}-delay-${n}`
    const body = Buffer.from(JSON.stringify([{ labels: { alertname, delay: 'yes' } }]))
    sentMs.set(alertname, performance.now())
    await Promise.all([post(router.url, '/alerts', body), pause(20)])
  }
  await pause(GROUP_WAIT_MS + 1_000)
  isOver = true
  await background
  return Array.from(sentMs, ([name, atMs]) => {
    return (hook.arrivedMs.get(name) ?? Number.POSITIVE_INFINITY) - atMs - GROUP_WAIT_MS
  }).sort((a, b) => a - b)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
