import assert from 'node:assert/strict'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { SystemNodeFiles } from '../../../../agent/gather/node/node-files.ts'
import { printSeries } from '../../../support/gathered-series.ts'
import { NodeHarness } from '../../../support/node-harness.ts'
import { parseExposition } from '../../../support/parse-exposition.ts'
import { PEERS, PeerProgram, skipWithout } from '../../../support/peer-program.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

const BACKUP = `# HELP backup_bytes Size.
# TYPE backup_bytes gauge
backup_bytes{host="a",path="C:\\\\x \\"y\\""} 1.5e3
backup_bytes{host="b"} NaN
# TYPE runs_total counter
runs_total 7
plain 3
`

function create(files: Readonly<Record<string, string>>): NodeHarness {
  const contents = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/metrics/${name}`, text]))
  return new NodeHarness(contents, { config: { collectors: ['textfile'], textfile: { directories: ['/metrics/'] } } })
}

type Round = Awaited<ReturnType<NodeHarness['gather']>>

/** Without what every target and collector has. */
function linesOf(series: Round): string[] {
  const lines: string[] = []
  for (const [key, { type, value, isEnd }] of series) {
    if (!/^(up|scrape_|node_scrape_)/.test(key)) lines.push(`${type} ${key} ${isEnd ? 'ended' : value}`)
  }
  return lines
}

describe('files of metrics', () => {
  it('are read with their types, and known by when they were written', async () => {
    assert.deepEqual(linesOf(await create({ 'backup.prom': BACKUP, 'other.txt': 'x 1\n' }).gather()), [
      'gauge backup_bytes{host="a",path="C:\\\\x \\"y\\""} 1500',
      'gauge backup_bytes{host="b"} NaN',
      'counter runs_total 7',
      'unknown plain 3',
      'gauge node_textfile_mtime_seconds{file="/metrics/backup.prom"} 1700000000',
      'gauge node_textfile_scrape_error 0',
    ])
  })

  it('count as wholes: one that is wrong does not cost the others', async () => {
    const harness = create({
      'bad.prom': 'a 1\nb{x="1} 2\n',
      'cut.prom': 'c 1\nd',
      'good.prom': 'e 1\n',
      'timed.prom': 'f 1 1700000000000\n',
    })
    assert.deepEqual(linesOf(await harness.gather()), [
      'unknown e 1',
      'gauge node_textfile_mtime_seconds{file="/metrics/good.prom"} 1700000000',
      'gauge node_textfile_scrape_error 1',
    ])
    assert.deepEqual(
      harness.happened.map(({ event, detail }) => [event, (detail as { path: string }).path]),
      ['bad', 'cut', 'timed'].map((name) => ['nodeTextfileFailed', `/metrics/${name}.prom`]),
    )
    harness.files.contents.set('/metrics/bad.prom', 'a 1\n')
    assert.ok((await harness.gather()).has('a'))
  })

  it('end with their series, and begin anew', async () => {
    const harness = create({ 'a.prom': 'a{x="1"} 1\na{x="2"} 2\n', 'b.prom': 'b 1\n' })
    await harness.gather()
    harness.files.contents.set('/metrics/a.prom', 'a{x="2"} 5\n')
    harness.files.contents.delete('/metrics/b.prom')
    assert.deepEqual(linesOf(await harness.gather()), [
      ...['unknown a{x="2"} 5', 'unknown a{x="1"} ended', 'unknown b ended'],
      'gauge node_textfile_mtime_seconds{file="/metrics/a.prom"} 1700000000',
      'gauge node_textfile_mtime_seconds{file="/metrics/b.prom"} ended',
      'gauge node_textfile_scrape_error 0',
    ])
    harness.files.contents.set('/metrics/b.prom', 'b 2\n')
    assert.ok(linesOf(await harness.gather()).includes('unknown b 2'))
  })

  it('that have a series twice have it once', async () => {
    const harness = create({ 'a.prom': 'a 1\n', 'b.prom': 'a 2\nb 1\n' })
    assert.equal((await harness.gather()).get('a')!.value, 1)
    assert.deepEqual(
      harness.happened.map(({ event, detail }) => [event, (detail as { count: number }).count]),
      [['nodeTextfileSamplesRefused', 1]],
    )
  })

  it('in a directory that is not there are an error, and in none are not', async () => {
    const missing = new NodeHarness(
      {},
      { config: { collectors: ['textfile'], textfile: { directories: ['/nowhere'] } } },
    )
    assert.deepEqual(linesOf(await missing.gather()), ['gauge node_textfile_scrape_error 1'])
    const none = new NodeHarness({}, { config: { collectors: ['textfile'] } })
    assert.deepEqual(linesOf(await none.gather()), ['gauge node_textfile_scrape_error 0'])
  })

  it("are the same as Debian's node exporter makes of them", { skip: skipWithout(PEERS.nodeExporter) }, async (t) => {
    const directory = join(temporaryDirectory(t), 'metrics')
    mkdirSync(directory)
    for (const [name, text] of Object.entries({ 'backup.prom': BACKUP, 'cut.prom': 'x 1\ny' })) {
      writeFileSync(join(directory, name), text)
      utimesSync(join(directory, name), 1_700_000_000.7, 1_700_000_000.7)
    }
    const flags = [
      '--collector.disable-defaults',
      '--collector.textfile',
      `--collector.textfile.directory=${directory}`,
    ]
    const exporter = await PeerProgram.start(t, PEERS.nodeExporter, flags)
    const { samples } = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text())
    const theirs = samples
      .filter(({ name }) => /^(backup|runs|plain|node_textfile|x|y)/.test(name))
      // It adds labels that other series of the metric have, empty; in Prometheus they are none.
      .map(({ name, labels, value, type }) => {
        const present = Object.fromEntries(Object.entries(labels).filter(([, text]) => text !== ''))
        return `${type === 'untyped' ? 'unknown' : type} ${printSeries(name, present)} ${value}`
      })
    const config = { collectors: ['textfile'], textfile: { directories: [directory] } }
    const ours = linesOf(await new NodeHarness({}, { config, deps: { files: new SystemNodeFiles() } }).gather())
    assert.deepEqual(new Set(ours), new Set(theirs))
  })
})
