import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { get } from 'node:http'
import { systemClock } from '#lib/clock.ts'
import { Renderer } from '../collector/expose/renderer.ts'
import { Selection } from '../collector/expose/selection.ts'
import { OtlpIngest } from '../collector/series/otlp/otlp-ingest.ts'
import { SeriesTable } from '../collector/series/series-table.ts'
import { lastingPort } from '../test/support/lasting-port.ts'
import { GatheredNode, SERIES_PER_NODE } from './gathered-nodes.ts'
import { cpuSecondsOf } from './process-usage.ts'

const MIB = 1024 ** 2
const PAGES = 3

/** Rows of the table for Debian's Pushgateway; one that says so where there is none. */
export async function measurePushgateway(series: number): Promise<(readonly (string | number)[])[]> {
  if (spawnSync('prometheus-pushgateway', ['--version']).status !== 0)
    return [['pushgateway', 'not installed', '', '', '', '', '', '']]
  const port = await lastingPort()
  const address = `127.0.0.1:${port}`
  const child = spawn('prometheus-pushgateway', [`--web.listen-address=${address}`], { stdio: 'ignore' })
  try {
    const text = textOf(series / SERIES_PER_NODE)
    for (let turn = 0; ; turn++) {
      const isReady = await fetch(`http://${address}/-/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isReady) break
      if (turn > 200) throw new Error('the pushgateway does not start')
      await new Promise((done) => setTimeout(done, 50))
    }
    const pushed = await fetch(`http://${address}/metrics/job/bench`, { method: 'PUT', body: new Uint8Array(text) })
    if (!pushed.ok) throw new Error(`the pushgateway refused: ${await pushed.text()}`)
    const rows: (readonly (string | number)[])[] = []
    for (const coding of ['identity', 'gzip']) {
      const before = cpuSecondsOf(child.pid!)
      let sentBytes = 0
      for (let page = 0; page < PAGES; page++) sentBytes = await read(`http://${address}/metrics`, coding)
      const cpu = (cpuSecondsOf(child.pid!) - before) / PAGES
      const bytes = coding === 'identity' ? Math.round(sentBytes / MIB) : Number(rows[0]![5])
      rows.push([
        ...['pushgateway', series, coding, cpu.toFixed(2), ((cpu / series) * 1e6).toFixed(2)],
        ...[bytes, Math.round(sentBytes / MIB), ''],
      ])
    }
    return rows
  } finally {
    child.kill()
    await once(child, 'exit')
  }
}

function textOf(nodes: number): Buffer {
  const limits = { maxSeries: 1e6, maxBytes: 2 ** 32, maxSeriesPerNode: 1e6, maxSeriesPerTenant: 1e6, tenantLabel: '' }
  const table = new SeriesTable({ limits, minStalenessMs: 10_000, maxAgeMs: 300_000, clock: systemClock })
  const otlp = new OtlpIngest(table, { promoted: [], hasScopeLabels: false })
  for (let index = 0; index < nodes; index++) {
    for (const { body } of new GatheredNode(index).round(1, Date.now())) otlp.ingest(body)
  }
  const wanted = { nodes: [], shard: undefined, names: new Set<string>(), selectors: [] }
  const renderer = new Renderer(table.store, 'text', new Selection(wanted))
  const pieces: Buffer[] = []
  for (let piece = renderer.next(); piece !== undefined; piece = renderer.next()) pieces.push(Buffer.from(piece))
  renderer.close()
  return Buffer.concat(pieces)
}

/** Reads a page as it is on the wire; returns its length. */
function read(url: string, coding: string): Promise<number> {
  return new Promise((done, fail) => {
    const request = get(url, { headers: { 'accept-encoding': coding } }, (response) => {
      let bytes = 0
      response.on('data', (piece: Buffer) => {
        bytes += piece.length
      })
      response.on('end', () => done(bytes))
      response.on('error', fail)
    })
    request.on('error', fail)
  })
}
