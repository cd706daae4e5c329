import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'
import { peakResidentMiB } from './resident.ts'

export interface SilenceFloodOptions {
  /** Silences that are posted, every other one with a pattern. */
  readonly silences: number
  /** Alerts that are posted meanwhile, each a group of its own. */
  readonly alerts: number
  readonly flags?: readonly string[]
}

export interface SilenceFlood {
  /** How many silences were taken, and how many refused because there were too many. */
  readonly taken: number
  readonly refused: number
  /** How many alerts were told while silences came in. */
  readonly toldMeanwhile: number
  readonly told: number
  /** Silences that GET /silences shows in the end. */
  readonly shown: number
  readonly peakMiB: number
}

const CONNECTIONS = 16
const TOO_MANY = /exceeded maximum number of silences/

/** Posts silences as fast as they are taken, and alerts meanwhile, which none of the silences is about. */
export async function floodWithSilences(
  t: Pick<TestContext, 'after'>,
  { silences, alerts, flags = [] }: SilenceFloodOptions,
): Promise<SilenceFlood> {
  const hook = await captureServer(t)
  const yaml = `
route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1h}
receivers: [{name: a, webhook_configs: [{url: "${hook.url}"}]}]
`
  const router = await startRouter(t, temporaryDirectory(t), yaml, flags)
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  t.after(() => agent.destroy())
  const times = { startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 7_200_000).toISOString() }
  const post = (n: number): Promise<string> => {
    const isRegex = n % 2 === 1
    const matchers = [
      { name: 'alertname', value: isRegex ? `.*Silenced${n}[a-z]?` : `Silenced${n}`, isRegex, isEqual: true },
    ]
    const body = JSON.stringify({ matchers, ...times, createdBy: 'flood', comment: `number ${n}` })
    return postJson(`${router.url}/api/v2/silences`, body, agent)
  }
  let next = 0
  let taken = 0
  let refused = 0
  let sent = 0
  const worker = async () => {
    while (next < silences) {
      const n = next++
      if (Math.floor((n * alerts) / silences) >= sent) await router.push([{ alertname: `Told${sent++}` }])
      const text = await post(n)
      if (text.includes('"silenceID"')) taken += 1
      else if (TOO_MANY.test(text)) refused += 1
      else throw new Error(text)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  const toldMeanwhile = hook.requests.length
  await router.push([{ alertname: 'Silenced0' }, { alertname: 'xSilenced1a' }])
  await until('all alerts are told', () => hook.requests.length >= sent)
  const shown = (await (await router.get('/api/v2/silences')).json()) as { comment: string }[]
  const suppressed = (await (await router.get('/api/v2/alerts?active=false')).json()) as {
    labels: { alertname: string }
  }[]
  assert.deepEqual(new Set(suppressed.map(({ labels }) => labels.alertname)), new Set(['Silenced0', 'xSilenced1a']))
  return {
    ...{ taken, refused, toldMeanwhile, told: hook.requests.length, shown: shown.length },
    peakMiB: Math.round(peakResidentMiB(router)),
  }
}

function postJson(url: string, body: string, agent: Agent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part: string) => (text += part))
    response.on('end', () => resolve(text))
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}
