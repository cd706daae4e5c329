import { readFileSync } from 'node:fs'
import type { RouterClient } from '../support/router-process.ts'

/** The most memory that the router has had resident so far, in MiB. */
export function peakResidentMiB(router: RouterClient): number {
  const status = readFileSync(`/proc/${router.child.pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1024
}
