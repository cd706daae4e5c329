import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import { formatDuration } from '#lib/duration.ts'
import { systemFiles } from '#lib/files.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { compress } from '../ship/compress.ts'
import { createConnect } from '../ship/connect.ts'
import type { Outcome } from '../ship/outcome.ts'

const CHECK = 'collector'
const LONGEST_WAIT_MS = 10_000
/** A Date header has whole seconds, and the answer took some time. */
const LARGEST_SKEW_MS = 5_000
const RESPONSES = 'http.client.response.finish'

interface Visit {
  readonly endpoint: string
  readonly outcome: Outcome
  readonly tookMs: number
  /** By how much our clock is ahead of the collector's; undefined if it did not tell the time. */
  readonly aheadMs: number | undefined
}

/**
 * Sends each collector a request without records, by the client, with the headers and in the compression that the agent
 * has, and compares clocks by the answers.
 */
export async function checkCollectors(config: AgentConfig, clock: Clock): Promise<readonly Finding[]> {
  const visits: Visit[] = []
  for (const endpoint of config.ship.endpoints) visits.push(await visit(config, endpoint, clock))
  const isAnyGood = visits.some(({ outcome }) => outcome.kind === 'accepted' || outcome.kind === 'encoding-refused')
  const skewed = visits.find(({ aheadMs }) => aheadMs !== undefined)
  return [
    ...visits.map((each) => describeVisit(each, isAnyGood)),
    ...(skewed?.aheadMs === undefined ? [] : [describeClock(skewed.endpoint, skewed.aheadMs)]),
  ]
}

async function visit(config: AgentConfig, endpoint: string, clock: Clock): Promise<Visit> {
  const { ship } = config
  const timeout = Math.min(ship.timeout, LONGEST_WAIT_MS)
  const client = createConnect({ ...ship, timeout }, { clock, files: systemFiles, env: process.env }, 'logs')(endpoint)
  let aheadMs: number | undefined
  // The client keeps headers to itself, and another one might not get where this one does.
  const listen = (message: unknown) => {
    const told = Date.parse((message as { response?: IncomingMessage }).response?.headers.date ?? '')
    if (!Number.isNaN(told)) aheadMs = clock.nowMs() - told
  }
  subscribe(RESPONSES, listen)
  const startedMs = clock.monotonicMs()
  try {
    const body = compress(Buffer.alloc(0), ship.compression, ship.compression_level)
    const outcome = await client.send(body, ship.compression, AbortSignal.timeout(LONGEST_WAIT_MS))
    return { endpoint, outcome, tookMs: clock.monotonicMs() - startedMs, aheadMs }
  } finally {
    unsubscribe(RESPONSES, listen)
    client.close()
  }
}

function describeVisit({ endpoint, outcome, tookMs }: Visit, isAnyGood: boolean): Finding {
  // Where another one takes over, nothing stands still.
  const bad = isAnyGood ? warn : fail
  switch (outcome.kind) {
    case 'accepted':
      return ok(CHECK, `${endpoint}: takes OTLP logs, ${Math.round(tookMs)} ms`)
    case 'encoding-refused':
      return warn(CHECK, `${endpoint}: does not take zstd; gzip is used`, 'Set ship.compression: gzip.')
    case 'retry':
      return bad(CHECK, `${endpoint}: ${outcome.message}`, outcome.cure ?? cureOf(outcome.reason))
    default:
      return bad(
        CHECK,
        `${endpoint}: ${outcome.kind === 'refused' ? `refuses a request without records: ${outcome.message}` : 'calls an empty request too large'}`,
        'Check that this is the base URL of a receiver of OTLP over HTTP, to which /v1/logs is appended.',
      )
  }
}

function cureOf(reason: string): string {
  switch (reason) {
    case 'econnrefused':
      return 'Start the collector, or correct ship.endpoints: OTLP over HTTP has port 4318, and 4317 is gRPC.'
    case 'enotfound':
    case 'eai_again':
      return 'The name cannot be resolved here. Write it in full (collector.namespace.svc), and check the DNS policy of the pod.'
    case 'timeout':
    case 'abort_err':
    case 'etimedout':
    case 'ehostunreach':
    case 'enetunreach':
      return 'Nothing answers: check the address, network policies and firewalls between this node and it.'
    case 'econnreset':
    case 'hpe_invalid_constant':
    case 'connection':
      return 'What answers does not speak HTTP as expected: check the port (4317 is gRPC) and http:// against https://.'
    case 'http_401':
    case 'http_403':
      return 'Check the credentials in ship.headers.'
    case 'http_404':
    case 'http_405':
      return 'Check the path: ship.endpoints has base URLs, to which /v1/logs is appended.'
    default:
      return reason.startsWith('http_')
        ? 'Look at the log of the collector. The agent tries again for as long as the files exist.'
        : 'Check the URL, and for https:// that the certificate is one that this machine trusts.'
  }
}

function describeClock(endpoint: string, aheadMs: number): Finding {
  const skew = formatDuration(Math.round(Math.abs(aheadMs) / 1000) * 1000)
  if (Math.abs(aheadMs) <= LARGEST_SKEW_MS) return ok('clock', `agrees with that of ${endpoint}`)
  return warn(
    'clock',
    `${skew} ${aheadMs > 0 ? 'ahead of' : 'behind'} that of ${endpoint}`,
    'Run an NTP client on the machine whose clock is wrong: lines are searched by time, and those of this node are in another place.',
  )
}
