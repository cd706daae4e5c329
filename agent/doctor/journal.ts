import { spawnSync } from 'node:child_process'
import { systemErrorCode } from '#lib/errors.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import { filterArguments } from '../journald/arguments.ts'
import type { JournaldConfig } from '../journald/config.ts'
import { parseEntry } from '../journald/entry.ts'

const CHECK = 'journal'
const TIMEOUT_MS = 10_000
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024

/** Asks journalctl for the newest entry. */
export function checkJournal(config: JournaldConfig): Finding {
  const args = ['--lines=1', '--output=json', '--merge', '--no-pager', ...filterArguments(config)]
  const { error, status, signal, stdout, stderr } = spawnSync(config.journalctl, args, {
    ...{ timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, LC_ALL: 'C' },
  })
  if (error !== undefined && systemErrorCode(error) === 'ENOENT') {
    const cure = 'Install it (on Debian the package systemd, in an image too), or name it in journald.journalctl.'
    return fail(CHECK, `journald.journalctl: there is no ${config.journalctl}`, cure)
  }
  if (error !== undefined || status !== 0) {
    const said = error?.message ?? (stderr.toString('utf8').trim() || `exit ${signal ?? status}`)
    return fail(
      CHECK,
      `journalctl: ${said}`,
      'Run it by hand as this user; in a pod check that the journal is mounted.',
    )
  }
  const bytes = stdout.subarray(0, stdout.indexOf('\n') >>> 0)
  const entry = parseEntry({ bytes, missingBytes: 0, gapOffset: bytes.length })
  if (entry !== undefined) {
    return ok(CHECK, `the newest entry is of ${new Date(Number(entry.timeUs / 1_000n)).toISOString()}`)
  }
  return warn(
    CHECK,
    'journalctl finds no entry',
    "Check journald.directory (in a pod the node's, mounted), the rights of this user (group systemd-journal), and what is asked for.",
  )
}
