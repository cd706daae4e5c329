import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const REQUESTS = 40
const DOCUMENTS = 500

/**
 * Runs a server for a few seconds of indexing and searching, with the flag that has the JVM write down what it loaded
 * and learned. A later start that reads this takes a third of the time.
 */
export async function trainFixture(java: string, argv: readonly string[]): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-training-'))
  const child = spawn(java, [...argv, '--data', dataDir, '--port', '0'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(child, 'close')
  try {
    const url = `http://127.0.0.1:${await Promise.race([readyPort(child.stdout), ended.then(() => undefined)])}`
    for (let request = 0; request < REQUESTS; request++) {
      await ask(`${url}/training/_bulk`, documents(request), 'application/x-ndjson')
      if (request % 5 === 0) await ask(`${url}/training/_search`, SEARCH)
    }
    child.stdin.end()
    await ended
  } finally {
    child.kill('SIGKILL')
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const SEARCH = JSON.stringify({
  query: { bool: { filter: [{ query_string: { query: 'body:request AND number:>3' } }] } },
  sort: [{ '@timestamp': 'desc' }],
  aggs: { time: { date_histogram: { field: '@timestamp', fixed_interval: '1m' } } },
})

function documents(request: number): string {
  const lines: string[] = []
  for (let number = request * DOCUMENTS; number < (request + 1) * DOCUMENTS; number++) {
    const time = new Date(Date.UTC(2026, 0, 1) + number * 100).toISOString()
    lines.push(JSON.stringify({ create: { _id: `training-${number}` } }))
    lines.push(JSON.stringify({ '@timestamp': time, number, body: `request ${number} took ${number % 97} ms` }))
  }
  return `${lines.join('\n')}\n`
}

async function ask(url: string, body: string, type = 'application/json'): Promise<void> {
  await (await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })).arrayBuffer()
}

async function readyPort(stdout: NodeJS.ReadableStream): Promise<number> {
  let output = ''
  for await (const text of stdout.setEncoding('utf8')) {
    output += text
    const line = /^FIXTURE_READY (\{.*\})$/m.exec(output)
    if (line !== null) return (JSON.parse(line[1]!) as { port: number }).port
  }
  throw new Error('the server ended before it was ready')
}
