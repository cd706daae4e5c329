import assert from 'node:assert/strict'
import { it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { createNodeGatherer } from '../../../../agent/gather/node/create-node-gatherer.ts'
import type { NodeEvents } from '../../../../agent/gather/node/events.ts'
import type { MetricsRequest } from '../../../../agent/gather/target-metrics.ts'
import { decodeSeries, type GatheredSeries, printSeries } from '../../../support/gathered-series.ts'
import { nodeConfig } from '../../../support/node-harness.ts'
import { parseExposition } from '../../../support/parse-exposition.ts'
import { PEERS, PeerProgram, skipWithout } from '../../../support/peer-program.ts'

/** Series of node_exporter that ours has not, and why. */
const THEIRS_ALONE: readonly (readonly [series: RegExp, reason: string])[] = [
  [/^(go|process|promhttp)_|^node_exporter_build_info/, 'about the exporter itself'],
  [/^node_scrape_collector_duration_seconds/, 'how long its collectors take'],
  [/^node_timex_/, 'adjtimex(2) is a system call that Node.js does not have'],
  [/collector="timex"/, 'the same'],
  [
    /collector="(bcache|btrfs|xfs|zfs|tapestats|infiniband|fibrechannel|nvme|mdadm)"/,
    'particular hardware or file systems',
  ],
  [/collector="(ipvs|nfs|nfsd|rapl|powersupplyclass)"/, 'particular services and machines'],
  [/collector="systemd"/, "Debian's default, not the project's"],
]
/** Ours that it has not. */
const OURS_ALONE: readonly (readonly [series: RegExp, reason: string])[] = [
  [/^(up|scrape_duration_seconds|scrape_samples_scraped)$/, 'what Prometheus itself writes of a target'],
  [/^node_scrape_collector_duration_seconds/, 'compared with nothing: how long our collectors take'],
  [/^node_pressure_irq_stalled_seconds_total$/, 'newer than the version that is compared with'],
  [/^node_os_support_end_timestamp_seconds$/, 'newer than the version that is compared with'],
]
/** What Debian's package has in place of the defaults that ours are. */
const DEBIAN = {
  filesystem: {
    mount_points_exclude: '^/(dev|proc|run|sys|mnt|media|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)',
  },
  diskstats: { device_exclude: '^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$' },
  netdev: { device_exclude: '^lo$' },
  netclass: { ignored_devices: '' },
  textfile: { directories: ['/var/lib/prometheus/node-exporter'] },
  netstat: {
    fields:
      '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$',
  },
}
/** A value that moves fast (running processes, dirty pages) is between two readings of the exporter in one of so many rounds. */
const ROUNDS = 40

type Series = Pick<GatheredSeries, 'name' | 'type' | 'value'>

async function scrape(url: string): Promise<ReadonlyMap<string, Series>> {
  const response = await fetch(`${url}/metrics`)
  const { samples } = parseExposition(await response.text())
  return new Map(
    samples.map(({ name, labels, value, type }) => [
      printSeries(name, labels),
      { name, value, type: type === 'untyped' ? 'unknown' : type },
    ]),
  )
}

function isListed(key: string, list: readonly (readonly [RegExp, string])[]): boolean {
  return list.some(([pattern]) => pattern.test(key))
}

/** Between the two readings; a gauge also within 2 % of one. Milliseconds times 0.001 are not exactly seconds. */
function fits({ type, value }: Series, before: number, after: number): boolean {
  const rounding = 1e-9 * Math.abs(value)
  if (value >= Math.min(before, after) - rounding && value <= Math.max(before, after) + rounding) return true
  return type === 'gauge' && [before, after].some((other) => Math.abs(value - other) <= 0.02 * Math.abs(other))
}

function createGatherer(t: TestContext) {
  const failures: string[] = []
  const fail = (labels: object, detail: object = {}) => failures.push(JSON.stringify({ ...labels, ...detail }))
  const events: NodeEvents = {
    ...{ nodeCollectorFailed: fail, nodeMountHung: fail, nodeMountUnreadable: () => {} },
    ...{ nodeTextfileFailed: fail, nodeTextfileSamplesRefused: fail },
  }
  let sent: readonly MetricsRequest[] = []
  const gatherer = createNodeGatherer(nodeConfig(DEBIAN), {
    ...{ clock: systemClock, events, version: '1.2.3', node: { name: 'node-1', address: '127.0.0.1' } },
    send: (requests) => {
      sent = requests
    },
  })
  t.after(() => gatherer.close())
  const gather = async () => {
    await gatherer.gather(new AbortController().signal)
    return decodeSeries(sent)
  }
  return { gather, failures }
}

it("has the series, types and values of Debian's node exporter", {
  skip: skipWithout(PEERS.nodeExporter),
}, async (t) => {
  const exporter = await PeerProgram.start(t, PEERS.nodeExporter, [])
  const { gather, failures } = createGatherer(t)
  /** Series that have not fitted yet, with the last readings. */
  const open = new Map<string, string>()
  const fitted = new Set<string>()
  for (let round = 0; round < ROUNDS; round++) {
    const before = await scrape(exporter.url)
    const ours = await gather()
    const after = await scrape(exporter.url)
    for (const [key, { type }] of before) {
      // Other tests mount file systems and open devices meanwhile.
      if (!after.has(key) || isListed(key, THEIRS_ALONE)) continue
      assert.ok(ours.has(key), `${key} is missing`)
      assert.equal(ours.get(key)!.type, type, key)
    }
    for (const [key, series] of ours) {
      if (isListed(key, OURS_ALONE) || series.isEnd) continue
      const [first, last] = [before.get(key) ?? after.get(key), after.get(key) ?? before.get(key)]
      if (first === undefined || last === undefined) {
        assert.ok(/^node_(filesystem|network|disk|arp)_/.test(key), `${key} is not node_exporter's`)
        open.set(key, 'is not there')
      } else if (fits(series, first.value, last.value)) fitted.add(key)
      else open.set(key, `${series.type} ${first.value} ${series.value} ${last.value}`)
    }
    for (const key of fitted) open.delete(key)
    if (open.size === 0) break
    await sleep(25 * (round + 1))
  }
  assert.deepEqual([...open], [])
  assert.deepEqual(failures, [])
  t.diagnostic(`${fitted.size} series are the same`)
})
