import { openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { corpusLines, criLine } from './corpus.ts'

/** `flood.ts <path> <bytes a second>`: a container that writes as fast as that until it is told to stop. */
const BLOCK_LINES = 5_000

const [path = '', bytesPerSecond = '0'] = process.argv.slice(2)
const lines = corpusLines({ seed: 3, containers: 1, lines: BLOCK_LINES, startMs: Date.UTC(2026, 10, 21) })
const block = Buffer.from([...lines].map(criLine).join(''))
const file = openSync(path, 'a')
let written = 0
const startedAtMs = performance.now()

process.once('disconnect', () => process.exit())
for (;;) {
  const due = (Number(bytesPerSecond) * (performance.now() - startedAtMs)) / 1_000
  while (written < due) written += writeSync(file, block)
  await sleep(5)
}
