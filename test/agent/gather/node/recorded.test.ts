import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { SystemNodeFiles } from '../../../../agent/gather/node/node-files.ts'
import type { FsStats } from '../../../../agent/gather/node/statfs.ts'
import { printSeries } from '../../../support/gathered-series.ts'
import { NodeHarness, nodeCorpus } from '../../../support/node-harness.ts'
import { parseExposition } from '../../../support/parse-exposition.ts'
import { PEERS, PeerProgram, skipWithout } from '../../../support/peer-program.ts'
import { RECORDING_MISSING, unpackRecording } from '../../../support/pod-lists.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

/** The disk of the recording; everything else that is asked fails. */
const DISK: FsStats = {
  ...{ blockBytes: 4096, blocks: 66_053_998, free: 61_000_000, available: 19_000_000 },
  ...{ files: 16_777_216, filesFree: 16_000_000 },
}

function harnessOver(proc: string): NodeHarness {
  const answer = (path: Buffer) => ({
    done: path.toString() === '/nowhere/' ? Promise.resolve(DISK) : Promise.reject(new Error('EACCES')),
    cancel: () => {},
  })
  return new NodeHarness(
    {},
    {
      config: { proc_root: proc, sys_root: '/nowhere', rootfs: '/nowhere', udev_data: '' },
      deps: { files: new SystemNodeFiles(), statfs: { local: answer, remote: answer } },
    },
  )
}

describe('node metrics of a recorded /proc', { skip: RECORDING_MISSING }, () => {
  it('are exactly these', async (t) => {
    const proc = temporaryDirectory(t)
    unpackRecording('proc', proc)
    const series = await harnessOver(proc).gather()
    const lines: string[] = []
    for (const [key, { type, value, startMs }] of series) {
      if (!/_duration_seconds|node_time_zone/.test(key))
        lines.push(`${type} ${key} ${value}${startMs > 0 ? ` since ${startMs}` : ''}`)
    }
    // Each line was compared by eye with the file that it is from.
    assert.deepEqual(
      lines.sort((a, b) => (a < b ? -1 : 1)),
      nodeCorpus('recorded.txt').trimEnd().split('\n'),
    )
  })

  it('go on with the same series half a minute later', async (t) => {
    const before = temporaryDirectory(t)
    unpackRecording('proc', before)
    const harness = harnessOver(before)
    const first = await harness.gather()
    await harness.clock.advance(30_000)
    for (const file of ['stat', 'meminfo', 'diskstats', 'vmstat', 'net/dev', 'net/snmp', 'net/netstat']) {
      const path = join(before, file)
      // In place, as the kernel's own files change.
      writeFileSync(path, readFileSync(`${path}.30s-later`))
    }
    const second = await harness.gather()
    assert.deepEqual([...second.keys()].sort(), [...first.keys()].sort())
    let grown = 0
    for (const [key, { type, value, isEnd }] of second) {
      assert.ok(!isEnd, key)
      if (type !== 'counter') continue
      assert.ok(value >= first.get(key)!.value, key)
      if (value > first.get(key)!.value) grown += 1
    }
    assert.ok(grown > 30, `${grown} counters have grown`)
  })

  it("are what Debian's node exporter makes of it", { skip: skipWithout(PEERS.nodeExporter) }, async (t) => {
    const proc = temporaryDirectory(t)
    unpackRecording('proc', proc)
    // The others ask the kernel itself, or this machine's /sys.
    const names = [
      'cpu',
      'diskstats',
      'filefd',
      'loadavg',
      'meminfo',
      'netstat',
      'pressure',
      'sockstat',
      'stat',
      'vmstat',
    ]
    const exporter = await PeerProgram.start(t, PEERS.nodeExporter, [
      ...['--collector.disable-defaults', `--path.procfs=${proc}`, `--path.sysfs=${proc}`, '--path.udev.data=/nowhere'],
      ...names.map((name) => `--collector.${name}`),
    ])
    const { samples } = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text())
    const ours = await harnessOver(proc).gather()
    let compared = 0
    for (const { name, labels, value, type } of samples) {
      // zram is not left out by this version.
      if (!/^node_(?!scrape|exporter)/.test(name) || labels.device === 'zram0') continue
      const key = printSeries(name, labels)
      const series = ours.get(key)
      const typeThere = type === 'untyped' ? 'unknown' : type
      assert.equal(`${series?.type} ${series?.value.toPrecision(12)}`, `${typeThere} ${value.toPrecision(12)}`, key)
      compared += 1
    }
    assert.ok(compared > 150, `${compared} series were compared`)
    t.diagnostic(`${compared} series are the same`)
  })
})
