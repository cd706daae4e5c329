/** Where a demo container logs and what it says. All names say that they are a demo. */
export interface DemoContainer {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Average time between two messages. */
  readonly everyMs: number
  readonly say: () => { readonly stream: 'stdout' | 'stderr'; readonly message: string }
}

const PATHS = ['/', '/products', '/products/42', '/cart', '/checkout', '/healthz']
const EVENTS = ['order placed', 'cart updated', 'stock reserved', 'session refreshed', 'e-mail queued']

/** A small shop: what runs all the time. */
export const DEPLOYMENTS: readonly DemoContainer[] = [
  { ...pod('demo-shop', 'demo-storefront-5b9c7d8f6-k2x4q', 'nginx'), everyMs: 400, say: accessLog },
  { ...pod('demo-shop', 'demo-storefront-5b9c7d8f6-t7m9w', 'nginx'), everyMs: 500, say: accessLog },
  { ...pod('demo-shop', 'demo-orders-7f6d9b5c4-p8s2v', 'orders'), everyMs: 700, say: jsonLog },
  { ...pod('demo-shop', 'demo-payments-0', 'payments'), everyMs: 1_500, say: javaLog },
  { ...pod('demo-system', 'demo-controller-66c8f7d9b-h4z6n', 'manager'), everyMs: 2_000, say: klog },
]

/** A job that comes and goes. */
export function reportJob(run: number): DemoContainer {
  let step = 0
  return {
    ...pod('demo-jobs', `demo-report-${run}`, 'report'),
    everyMs: 1_200,
    say: () => ({ stream: 'stdout', message: `report ${run}: wrote page ${++step}` }),
  }
}

function pod(namespace: string, name: string, container: string) {
  return { namespace, pod: name, container }
}

function accessLog() {
  const status = pick([200, 200, 200, 200, 200, 304, 404, 500])
  const client = `10.0.${below(4)}.${below(256)}`
  const message = `${client} - - "GET ${pick(PATHS)} HTTP/1.1" ${status} ${below(20_000)} rt=${Math.random().toFixed(3)}`
  return { stream: 'stdout', message } as const
}

function jsonLog() {
  const level = pick(['info', 'info', 'info', 'info', 'debug', 'warn', 'error'])
  const msg = level === 'error' ? 'upstream demo-payments timed out' : pick(EVENTS)
  const message = JSON.stringify({ level, msg, order_id: below(100_000), duration_ms: below(900) })
  return { stream: level === 'error' ? 'stderr' : 'stdout', message } as const
}

function javaLog() {
  if (Math.random() < 0.9) {
    return {
      stream: 'stdout',
      message: `INFO  [worker-${below(8)}] PaymentGateway - authorised amount=${below(500)}`,
    } as const
  }
  const message = [
    `ERROR [worker-${below(8)}] PaymentGateway - authorisation failed order=${below(100_000)}`,
    'java.net.SocketTimeoutException: Read timed out',
    '\tat shop.demo.payments.Gateway.authorise(Gateway.java:118)',
    '\tat shop.demo.payments.Worker.run(Worker.java:47)',
  ].join('\n')
  return { stream: 'stderr', message } as const
}

function klog() {
  const message = `I reconciler.go:${below(400)}] "Reconciled object" controller="deployment" name="demo-orders" generation=${below(100)}`
  return { stream: 'stderr', message } as const
}

function below(bound: number): number {
  return Math.floor(Math.random() * bound)
}

function pick<T>(values: readonly T[]): T {
  return values[below(values.length)]!
}
