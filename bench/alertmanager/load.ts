import { Agent, request } from 'node:http'

export interface LoadOptions {
  readonly total: number
  readonly batch: number
  /** When the alerts end unless they are sent again, epoch milliseconds. */
  readonly endsAtMs: number
}

/** Bodies for `/api/v2/alerts` as Prometheus sends them: ten labels, three annotations, ten alerts of each name. */
export function alertBodies({ total, batch, endsAtMs }: LoadOptions): Buffer[] {
  const [startsAt, endsAt] = ['2026-01-01T00:00:00.000Z', new Date(endsAtMs).toISOString()]
  const bodies: Buffer[] = []
  for (let from = 0; from < total; from += batch) {
    const count = Math.min(batch, total - from)
    const alerts = Array.from({ length: count }, (_item, offset) => alertOf(from + offset, startsAt, endsAt))
    bodies.push(Buffer.from(JSON.stringify(alerts)))
  }
  return bodies
}

function alertOf(n: number, startsAt: string, endsAt: string) {
  const namespace = `team-${n % 50}`
  return {
    annotations: {
      description: `Pod ${namespace}/server-${n} (server) is in waiting state (reason: "CrashLoopBackOff").`,
      runbook_url: 'https://runbooks.example.org/kubernetes/kubepodcrashlooping',
      summary: 'Pod is crash looping.',
    },
    endsAt,
    startsAt,
    generatorURL: 'http://prometheus.example.org/graph?g0.expr=kube_pod_waiting_reason%5B5m%5D%29+%3E%3D+1&g0.tab=1',
    labels: {
      alertname: `KubePodCrashLooping${Math.floor(n / 10)}`,
      cluster: 'production-eu-1',
      container: 'server',
      instance: `10.0.${(n >> 8) & 255}.${n & 255}:8080`,
      job: 'kube-state-metrics',
      namespace,
      pod: `server-${n}-6d4cf56db6-x7k2p`,
      prometheus: 'monitoring/k8s',
      severity: n % 3 === 0 ? 'critical' : 'warning',
      team: namespace,
    },
  }
}

/** Posts all bodies over so many connections at once; rejects for anything but 200. */
export async function postAll(url: string, bodies: readonly Buffer[], connections: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  const worker = async () => {
    for (let index = next++; index < bodies.length; index = next++) await post(url, '/alerts', bodies[index]!, agent)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  agent.destroy()
}

/** Posts one body to the API. */
export function post(url: string, path: string, body: Buffer, agent?: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const outgoing = request(`${url}/api/v2${path}`, { method: 'POST', agent, headers }, (response) => {
    const { statusCode } = response
    response.resume().on('end', () => (statusCode === 200 ? resolve() : reject(new Error(`answered ${statusCode}`))))
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}
