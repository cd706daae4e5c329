import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runWithKills } from '../support/kill-run.ts'

/** `npm run soak -- --minutes 30`: the test of kills, round after round of half a minute, for as long as you like. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error('--minutes must be a number above zero')

const directory = mkdtempSync(join(tmpdir(), 'vedette-soak-'))
try {
  const result = await runWithKills({
    directory,
    rounds: Math.ceil(minutes * 2),
    lines: 200_000,
    containers: 12,
    rotateEveryMs: 300,
    kills: 20,
    writeForMs: 30_000,
  })
  process.stdout.write(`${JSON.stringify(result, undefined, 2)}\n`)
  const { audit, agent, collector } = result
  const isRight =
    audit.found === result.written && audit.lost + audit.doubled + audit.misplaced === 0 && result.exitCode === 0
  const adds = agent.taken === agent.accounted && collector.taken === collector.accounted
  process.exitCode = isRight && adds ? 0 : 1
} finally {
  rmSync(directory, { recursive: true, force: true })
}
