import { createHash } from 'node:crypto'

/** Records as the collector sends them; their stream is the collector's. */
export const STREAM = 'logs-kubernetes.otel-default'
/** Few documents with values of every type, in all the forms that JSON allows. */
export const TYPES = 'contract-types'

export const RECORDS = 48_000
export const TYPED_DOCUMENTS = 2_000

/** 2026-11-18T00:00:00Z; the records are of this day and the two after it. */
export const START_MS = Date.UTC(2026, 10, 18)
const SPAN_MS = 3 * 86_400_000
const KINDS = 80

/** Numbers that look random and are the same in each run. */
export class Seeded {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** Of 0 up to, not including, `below`. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }

  chance(share: number): boolean {
    return this.below(1_000_000) < share * 1_000_000
  }
}

const NAMESPACES = ['shop', 'shop', 'shop', 'payments', 'monitoring', 'kube-system', 'build-1']
const APPS = ['cart', 'checkout', 'gateway', 'worker', 'db', 'mailer', 'search', 'web-front', 'report', 'cron']
const LEVELS = ['INFO', 'INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'WARN', 'ERROR', 'FATAL']
const NUMBERS: Readonly<Record<string, number>> = { DEBUG: 5, INFO: 9, WARN: 13, ERROR: 17, FATAL: 21 }
const USERS = ['alice', 'bob', 'Carol', 'dave@example.com', 'Ödön', '李雷', "o'brien", 'mallory "x"', '', 'eve/admin']
const PATHS = ['/', '/cart', '/cart/items', '/api/v1/orders', '/api/v1/orders/42', '/healthz', '/static/app.js?v=2']

/** A hexadecimal text that follows from the number of a record. */
function hexOf(name: string, number: number, length: number): string {
  return createHash('sha256').update(`${name} ${number}`).digest('hex').slice(0, length)
}

function messageOf(random: Seeded, number: number): string {
  const [user, path, ms] = [random.of(USERS), random.of(PATHS), random.below(3000)]
  switch (random.below(12)) {
    case 0:
      return `GET ${path} HTTP/1.1 200 ${ms}ms user=${user}`
    case 1:
      return `POST ${path} failed: connection refused (10.0.${random.below(4)}.${random.below(250)}:5432), retrying`
    case 2:
      return `user ${user} logged in from 192.168.1.${random.below(255)}`
    case 3:
      return `cache miss for key "session:${hexOf('session', number % 997, 12)}"`
    case 4:
      return `java.lang.IllegalStateException: queue is full\n\tat com.example.Queue.put(Queue.java:${100 + random.below(50)})\n\tat com.example.App.main(App.java:17)`
    case 5:
      return `\u001b[31merror\u001b[0m disk /dev/sda${random.below(4)} is ${80 + random.below(20)}% full`
    case 6:
      return `Grüße aus Köln: Zahlung über ${random.below(100)},${10 + random.below(89)} € bestätigt ✅`
    case 7:
      return `注文 ${random.below(50)} を処理しました`
    case 8:
      return `took ${ms} ms to flush ${random.below(64)} segments; slow_query=${ms > 2500}`
    case 9:
      return random.chance(0.3) ? '' : `GC pause (G1 Evacuation Pause) ${ms / 100}ms`
    case 10:
      return `request_id=${hexOf('request', number, 16)} level=info msg="order placed" amount=${random.below(1000)}`
    default:
      return `WARN retry ${random.below(5)} of 5: upstream timed out, path=${path}`
  }
}

function structuredBody(random: Seeded, kind: Seeded): object {
  return {
    event: random.of(['order.placed', 'order.paid', 'order.cancelled']),
    'http.status': random.of([200, 201, 404, 500]),
    cart: {
      items: random.below(9),
      'total.eur': random.below(400) / 4,
      coupon: random.of([null, 'WINTER', 'spring sale']),
    },
    tags: kind.chance(0.5) ? ['new', random.of(['eu', 'us'])] : [],
    paid: random.chance(0.5),
  }
}

/** The kind of a record decides which fields it has: a program writes only so many kinds of lines. */
function attributesOf(random: Seeded, kind: Seeded, number: number): Record<string, unknown> {
  const attributes: Record<string, unknown> = { 'log.iostream': random.of(['stdout', 'stdout', 'stderr']), seq: number }
  // Quarters and halves are the same whether a server keeps a float or a double.
  if (kind.chance(0.6)) attributes.duration_ms = random.below(40_000) / 4 + 0.25
  if (kind.chance(0.5))
    attributes.bytes = random.chance(0.01) ? random.of([0, -1, 2 ** 53, 2 ** 40]) : random.below(100_000)
  if (kind.chance(0.4)) attributes.user = random.of(USERS)
  if (kind.chance(0.3)) attributes['http.status'] = random.of([200, 200, 200, 204, 301, 404, 500, 503])
  if (kind.chance(0.3)) attributes.cached = random.chance(0.7)
  if (kind.chance(0.2)) attributes.tags = Array.from({ length: kind.below(4) }, () => random.of(['a', 'b', 'c', 'b c']))
  if (kind.chance(0.2)) attributes.sizes = [random.below(10), random.below(10), random.below(10)]
  if (kind.chance(0.1)) attributes.note = null
  return attributes
}

function resourceOf(random: Seeded, kind: Seeded): object {
  const namespace = kind.of(NAMESPACES)
  const app = kind.of(APPS)
  const replica = random.below(3)
  const labels: Record<string, string> = {
    app,
    'app.kubernetes.io/name': app,
    'pod-template-hash': hexOf(app, replica, 9),
  }
  if (namespace === 'shop') labels['app.kubernetes.io/part-of'] = 'shop'
  if (app === 'db') labels.tier = 'backend'
  return {
    'k8s.namespace.name': namespace,
    'k8s.pod.name': `${app}-${hexOf(app, replica, 9)}-${replica}`,
    'k8s.pod.uid': hexOf(namespace + app, replica, 32),
    'k8s.container.name': random.chance(0.9) ? app : 'istio-proxy',
    'k8s.container.restart_count': replica,
    'k8s.node.name': `node-${random.below(4)}`,
    'k8s.pod.label': labels,
    ...(kind.chance(0.3)
      ? { 'k8s.pod.annotation': { 'prometheus.io/scrape': 'true', 'example.com/owner': `team ${app}` } }
      : {}),
    ...(kind.chance(0.9) ? { 'service.name': app } : {}),
  }
}

/** The time of a record, with all its nanoseconds; no two have the same. */
export function timeOf(number: number): string {
  const ms = START_MS + Math.floor((number / RECORDS) * SPAN_MS)
  const nanos = String((number * 7919) % 1_000_000).padStart(6, '0')
  return `${new Date(ms).toISOString().slice(0, -1)}${nanos}Z`
}

function recordOf(random: Seeded, number: number): object {
  const kind = new Seeded(random.below(KINDS))
  const level = random.of(LEVELS)
  return {
    '@timestamp': timeOf(number),
    observed_timestamp: `${timeOf(number).slice(0, 19)}.5Z`,
    ...(kind.chance(0.94)
      ? { severity_text: random.chance(0.02) ? level.toLowerCase() : level, severity_number: NUMBERS[level] }
      : {}),
    body: kind.chance(0.15) ? { structured: structuredBody(random, kind) } : { text: messageOf(random, number) },
    attributes: attributesOf(random, kind, number),
    resource: { attributes: resourceOf(random, kind) },
    ...(kind.chance(0.5) ? { scope: { name: 'io.example.lib', version: `1.${random.below(3)}.0` } } : {}),
    ...(kind.chance(0.2) ? { trace_id: hexOf('trace', number % 4000, 32), span_id: hexOf('span', number, 16) } : {}),
    ...(kind.chance(0.05) ? { event_name: random.of(['session.start', 'session.end']) } : {}),
  }
}

const INTEGERS = [
  0,
  1,
  -1,
  7,
  42,
  127,
  -128,
  2 ** 31,
  -(2 ** 53),
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
]
const DOUBLES = [0, -0.5, 0.1, 1e10, 1.7976931348623157e308, 5e-324, -2.25, 3]
const WORDS = [
  'alpha',
  'Beta',
  'gamma delta',
  'naïve',
  'straße',
  'STRASSE',
  '東京 tower',
  'x'.repeat(60),
  '',
  'a.b-c_d',
  '\u212aelvin',
]

/** One value, several, none, or null. */
function some<T>(random: Seeded, values: readonly T[]): T | T[] | null {
  if (random.chance(0.75)) return random.of(values)
  return random.chance(0.2) ? null : Array.from({ length: random.below(4) }, () => random.of(values))
}

/** The mapping of {@link TYPES}. */
export const TYPES_MAPPINGS = {
  properties: {
    n: { type: 'long' },
    when: { type: 'date' },
    at: { type: 'date_nanos' },
    level: { type: 'keyword', ignore_above: 20 },
    text: { type: 'text', fields: { raw: { type: 'keyword', ignore_above: 50 } } },
    labels: { type: 'flattened' },
    count: { type: 'long' },
    small: { type: 'byte' },
    ratio: { type: 'double' },
    ok: { type: 'boolean' },
    lvl: { type: 'alias', path: 'level' },
    attributes: { type: 'passthrough', priority: 10, properties: { region: { type: 'keyword' } } },
  },
}

function typedOf(random: Seeded, number: number): string {
  const ms = START_MS + random.below(SPAN_MS)
  const time = new Date(ms).toISOString()
  const document: Record<string, unknown> = { n: number }
  const add = (name: string, value: unknown) => {
    if (random.chance(0.85)) document[name] = value
  }
  add('when', random.of([time, ms, time.slice(0, 10), `${time.slice(0, 19)}+02:00`, [time, '2026-11-18T12:00:00Z']]))
  add('at', random.of([`${time.slice(0, -1)}${String(random.below(1_000_000)).padStart(6, '0')}Z`, time]))
  add('level', some(random, ['info', 'warn', 'error', 'a level that is far too long', '', 'Ünï']))
  add('text', some(random, WORDS))
  add('labels', {
    app: some(random, ['web', 'db']),
    'x.y': random.of(['1', 1, true]),
    deep: { er: random.of(['v', 'w']) },
  })
  add('count', some(random, INTEGERS))
  add('small', random.of([0, 1, -128, 127, '12']))
  add('ratio', some(random, DOUBLES))
  add('ok', random.chance(0.5) ? some(random, [true, false]) : some(random, ['true', 'false', '']))
  add('attributes', { region: random.of(['eu', 'us']) })
  // Whole numbers that JavaScript cannot hold are written as they are.
  return JSON.stringify(document).replaceAll(/"(-?\d{16,})"/g, '$1')
}

/** All documents as the lines of `_bulk` requests, each of at most so many documents. */
export function* bulkBodies(documentsEach: number): Generator<string> {
  const random = new Seeded(20_261_121)
  let lines: string[] = []
  const take = function* (index: string, id: string, source: string, isLast: boolean) {
    lines.push(`{"create":{"_index":"${index}","_id":"${id}"}}\n${source}\n`)
    if (lines.length < documentsEach && !isLast) return
    yield lines.join('')
    lines = []
  }
  for (let number = 0; number < RECORDS; number++)
    yield* take(STREAM, idOf(number), JSON.stringify(recordOf(random, number)), number === RECORDS - 1)
  for (let number = 0; number < TYPED_DOCUMENTS; number++)
    yield* take(TYPES, `typed-${number}`, typedOf(random, number), number === TYPED_DOCUMENTS - 1)
}

export function idOf(number: number): string {
  return `record-${String(number).padStart(6, '0')}`
}
