import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import type { Finding } from '#lib/finding.ts'
import * as configModule from '../../../agent/config.ts'
import { examine } from '../../../agent/doctor/examine.ts'
import { type System, thisSystem } from '../../../agent/doctor/system.ts'

export interface DoctorRun {
  readonly directory: string
  readonly settings?: readonly string[]
  /** What files of /proc and /sys hold in place of what they do; undefined if they are not there. */
  readonly files?: Readonly<Record<string, string | undefined>>
  readonly env?: Readonly<Record<string, string>>
}

/** Has everything examined, in a directory with a pods directory, on a machine that differs from this one as told. */
export async function runDoctor({ directory, settings = [], files = {}, env = {} }: DoctorRun) {
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir, { recursive: true })
  const overrides = [
    `logs.pods_dir=${podsDir}`,
    `state_dir=${join(directory, 'state')}`,
    'ship.endpoints=["http://127.0.0.1:1"]',
    'metadata.source=none',
    'web.listen_address=127.0.0.1:0',
    ...settings,
  ]
  const config = loadConfig(configModule, { overrides, env: {} })
  const read: System['read'] = (path) => (path in files ? files[path] : thisSystem.read(path))
  const findings: Finding[] = []
  for await (const finding of examine({ config, clock: systemClock, system: { env, read } })) findings.push(finding)
  return {
    findings,
    podsDir,
    /** The findings of a check, as `status message -> cure`. */
    of: (check: string) =>
      findings
        .filter((finding) => finding.check === check)
        .map(({ status, message, cure }) => `${status} ${message}${cure === undefined ? '' : ` -> ${cure}`}`),
  }
}
