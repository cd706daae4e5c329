import { createRedactor } from '#lib/redact/create-redactor.ts'
import type { PresetName } from '#lib/redact/presets.ts'
import { Line } from '../agent/decode/line.ts'
import { corpusLines, criLine } from './corpus.ts'
import type { BenchResult } from './report.ts'

const PRESETS: readonly PresetName[] = ['api_key', 'bearer_token', 'credit_card', 'email', 'secret']
const PATTERNS = ['CUST-\\d{8}', 'sess_[a-z0-9]{16}', 'ssn=(\\d{3}-\\d{2}-\\d{4})', 'iban=\\w{20}', 'X-Sig: \\S+'].map(
  (pattern, index) => ({ name: `pattern_${index}`, pattern }),
)
const SECRETS = [
  'mail=john.doe@example.org',
  'password=hunter2',
  'card 4111 1111 1111 1111',
  'Authorization: Bearer abcdef123456',
  'AKIAIOSFODNN7EXAMPLE',
]
const LINES = 1_300
const TARGET_BYTES = 200
const ROUNDS = 30
const PASSES = 50
const MIB = 1024 ** 2

/** Lines as they lie in a read: the memory, and where bodies begin and end. */
interface Corpus {
  readonly bytes: Buffer
  readonly bounds: readonly number[]
  readonly bodyBytes: number
}

/** What the bodies of a read cost to be looked through, without reading, decoding or shipping. */
export function benchRedact(): BenchResult {
  const clean = createCorpus(0)
  const tenth = createCorpus(10)
  const all = createCorpus(1)
  const presets = { presets: PRESETS, patterns: [] }
  const patterns = { presets: [], patterns: PATTERNS }
  const cases = [
    ['5 presets, no hits', presets, clean],
    ['5 presets, one line in ten with a hit', presets, tenth],
    ['5 presets, every line with a hit', presets, all],
    ['5 own patterns, no hits', patterns, clean],
    [
      '1 own pattern without a fixed text, no hits',
      { presets: [], patterns: [{ name: 'ssn', pattern: '\\d{3}-\\d{2}-\\d{5}' }] },
      clean,
    ],
  ] as const
  const results = cases.map(([name, config, corpus]) => {
    const { nsPerBody, redacted } = measure(config, corpus)
    return { name, nsPerBody, redacted, bodyBytes: corpus.bodyBytes / LINES }
  })
  const first = results[0]!
  const nsPerTarget = (first.nsPerBody / first.bodyBytes) * TARGET_BYTES
  return {
    name: 'redact',
    title: 'Redaction: bodies looked through',
    command: 'npm run bench -- redact',
    method:
      `${LINES} bodies of the agent benchmark's corpus, as they lie in one read of 256 KiB, looked through ${ROUNDS} times ${PASSES} times; ` +
      'the least CPU time of these rounds. Nothing is read, decoded or shipped.',
    columns: ['what', 'ns per line', 'MiB of bodies per CPU-second', 'redacted per 100 lines'],
    rows: results.map(({ name, nsPerBody, redacted, bodyBytes }) => [
      name,
      Math.round(nsPerBody),
      Math.round(bodyBytes / MIB / (nsPerBody / 1e9)),
      Math.round(redacted * 100),
    ]),
    targets: [
      {
        what: `5 presets, ${TARGET_BYTES} bytes without a hit`,
        goal: '< 150 ns',
        measured: `${Math.round(nsPerTarget)} ns`,
        isMet: nsPerTarget < 150,
      },
    ],
  }
}

/** @param every which lines end in a secret; 0 for none */
function createCorpus(every: number): Corpus {
  const bounds: number[] = []
  let text = ''
  const lines = corpusLines({ seed: 7, containers: 10, lines: LINES, startMs: Date.UTC(2026, 10, 21) })
  let serial = 0
  for (const line of lines) {
    const secret = every > 0 && serial % every === 0 ? ` ${SECRETS[(serial / every) % SECRETS.length]}` : ''
    const message = line.message + secret
    serial += 1
    text += criLine({ ...line, message })
    bounds.push(text.length - 1 - message.length, text.length - 1)
  }
  const bytes = Buffer.allocUnsafeSlow(text.length)
  bytes.write(text, 'latin1')
  const bodyBytes = bounds.reduce((sum, bound, index) => (index % 2 === 0 ? sum - bound : sum + bound), 0)
  return { bytes, bounds, bodyBytes }
}

function measure(config: Parameters<typeof createRedactor>[0], { bytes, bounds }: Corpus) {
  const redactor = createRedactor(config)!
  const line = new Line()
  let redacted = 0
  const pass = () => {
    redactor.begin(bytes, 0, bytes.length)
    for (let index = 0; index < bounds.length; index += 2) {
      line.bytes = bytes
      line.bodyStart = bounds[index]!
      line.bodyEnd = bounds[index + 1]!
      if (redactor.redact(line, false)) redacted += 1
    }
  }
  for (let warm = 0; warm < 2 * PASSES; warm++) pass()
  redacted = 0
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = process.cpuUsage()
    for (let each = 0; each < PASSES; each++) pass()
    const { user, system } = process.cpuUsage(startedAt)
    least = Math.min(least, (user + system) * 1000)
  }
  return { nsPerBody: least / PASSES / LINES, redacted: redacted / ROUNDS / PASSES / LINES }
}
