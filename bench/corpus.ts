/**
 * Log lines as a busy node has them: JSON from applications, access logs, Java-like text, klog. Deterministic for a
 * seed, and with the entropy of the real thing (trace ids, addresses, durations), because invented regularity would
 * flatter compression and with it every figure here.
 */
export interface CorpusOptions {
  readonly seed: number
  readonly containers: number
  readonly lines: number
  /** Time of the first line, epoch milliseconds. */
  readonly startMs: number
  /** Longest time between two lines, in nanoseconds; on average it is half of it. 2 ms unless told. */
  readonly maxStepNs?: number
  /** `mixed` unless told. */
  readonly content?: Content
}

/** What the containers write: each its own of all kinds, or each JSON of another logger. */
export type Content = 'mixed' | 'json'

export interface CorpusLine {
  /** Index of the container that wrote it. */
  readonly container: number
  readonly timeNs: bigint
  readonly stream: 'stdout' | 'stderr'
  readonly message: string
}

const LEVELS = ['info', 'info', 'info', 'info', 'info', 'debug', 'warn', 'error']
const EVENTS = [
  'request completed',
  'cache miss for key',
  'user session refreshed',
  'payment authorised',
  'order placed',
  'connection pool exhausted, waiting',
  'retrying upstream call',
  'scheduled job finished',
]
const PATHS = ['/api/v1/orders', '/api/v1/users', '/healthz', '/api/v1/cart/items', '/static/app.js', '/api/v2/search']
const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'curl/8.5.0',
  'kube-probe/1.33',
  'Go-http-client/2.0',
]
const CLASSES = ['OrderService', 'CartService', 'PaymentGateway', 'UserRepository']

export function* corpusLines(options: CorpusOptions): Generator<CorpusLine> {
  const random = xorshift(options.seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!
  const hex = (digits: number) => {
    let text = ''
    while (text.length < digits)
      text += below(2 ** 32)
        .toString(16)
        .padStart(8, '0')
    return text.slice(0, digits)
  }
  const messages = options.content === 'json' ? JSON_MESSAGES : MESSAGES
  const maxStepNs = options.maxStepNs ?? 2_000_000
  let timeNs = BigInt(options.startMs) * 1_000_000n
  for (let index = 0; index < options.lines; index++) {
    const container = index % options.containers
    timeNs += BigInt(1 + below(maxStepNs))
    const iso = new Date(Number(timeNs / 1_000_000n)).toISOString()
    yield {
      container,
      timeNs,
      stream: random() < 0.85 ? 'stdout' : 'stderr',
      message: messages[container % messages.length]!(iso, { random, below, pick, hex }),
    }
  }
}

interface Draw {
  readonly random: () => number
  readonly below: (bound: number) => number
  readonly pick: <T>(values: readonly T[]) => T
  readonly hex: (digits: number) => string
}

type Message = (iso: string, draw: Draw) => string

const writeJson: Message = (iso, { random, below, pick, hex }) =>
  JSON.stringify({
    level: pick(LEVELS),
    ts: iso,
    msg: pick(EVENTS),
    trace_id: hex(32),
    user_id: below(100_000),
    path: pick(PATHS),
    duration_ms: Number((random() * 200).toFixed(2)),
    status: pick([200, 200, 200, 201, 404, 500]),
  })

/** Lines as zap, pino, logrus and the Elastic Common Schema make them, with level and ids at the begin or the end. */
const JSON_MESSAGES: readonly Message[] = [
  writeJson,
  (iso, { random, below, pick, hex }) =>
    JSON.stringify({
      level: pick([30, 30, 30, 20, 40, 50]),
      time: Date.parse(iso),
      pid: 1,
      hostname: `web-${hex(8)}`,
      req: { id: below(1_000_000), method: 'GET', url: pick(PATHS), remoteAddress: `10.0.${below(256)}.${below(256)}` },
      responseTime: Number((random() * 200).toFixed(3)),
      trace_id: hex(32),
      span_id: hex(16),
      trace_flags: '01',
      msg: pick(EVENTS),
    }),
  (iso, { below, pick, hex }) =>
    JSON.stringify({
      caller: `server/handler.go:${below(900)}`,
      customer: below(100_000),
      error: below(8) === 0 ? `dial tcp 10.1.2.${below(256)}:5432: connect: "connection refused"` : null,
      level: pick(LEVELS),
      msg: `${pick(EVENTS)} for order ${hex(12)}`,
      spanID: hex(16),
      time: iso,
      traceID: hex(32),
    }),
  (iso, { below, pick, hex }) =>
    JSON.stringify({
      '@timestamp': iso,
      'log.level': pick(LEVELS).toUpperCase(),
      message: `${pick(CLASSES)}: ${pick(EVENTS)}, attempt ${below(5)}`,
      'ecs.version': '1.2.0',
      'process.thread.name': `http-nio-8080-exec-${below(32)}`,
      'log.logger': `com.example.shop.${pick(CLASSES)}`,
      'trace.id': hex(32),
      'transaction.id': hex(16),
    }),
]

const MESSAGES: readonly Message[] = [
  writeJson,
  (iso, { random, below, pick }) =>
    `10.${below(256)}.${below(256)}.${below(256)} - - [${iso}] "GET ${pick(PATHS)}?id=${below(1_000_000)} HTTP/1.1" ` +
    `${pick([200, 200, 304, 404])} ${below(20_000)} "-" "${pick(AGENTS)}" rt=${random().toFixed(3)}`,
  (iso, { below, pick, hex }) =>
    `${iso} ${pick(LEVELS).toUpperCase().padEnd(5)} [worker-${below(16)}] com.example.shop.${pick(CLASSES)} - ` +
    `${pick(EVENTS)} id=${hex(16)} took ${below(900)}ms attempts=${below(4)}`,
  (iso, { random, below, hex }) =>
    `I1121 ${iso.slice(11, 19)}.${below(1_000_000)} ${below(9_999)} reconciler.go:${below(999)}] "Reconciled object" ` +
    `controller="deployment" namespace="ns-${below(20)}" name="app-${hex(8)}" generation=${below(100)} ` +
    `duration="${(random() * 100).toFixed(3)}ms"`,
]

/** A line as containerd writes it, newline included. */
export function criLine({ timeNs, stream, message }: CorpusLine): string {
  return `${formatNanoseconds(timeNs)} ${stream} F ${message}\n`
}

/** RFC 3339 with nine digits. */
export function formatNanoseconds(timeNs: bigint): string {
  const seconds = new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19)
  return `${seconds}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}Z`
}

/** Where container `index` of a corpus would log, below a pods directory. */
export function containerPath(index: number): string {
  const uid = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
  return `shop-${index % 3}_web-${index}-6d4cf56db6-x${index}k2p_${uid}/app/0.log`
}

/** Marsaglia's xorshift32: numbers in [0, 1), the same for the same seed. */
function xorshift(seed: number): () => number {
  let state = seed === 0 ? 1 : seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
