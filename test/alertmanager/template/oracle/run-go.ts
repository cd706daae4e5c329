import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../../support/upstream.ts'
import type { Case } from '../cases/case.ts'

export const GO = findProgram('go')

export interface Outcome {
  readonly output: string
  readonly error?: string
}

/** Runs templates through Go's own engine. */
export function runGo(cases: readonly Case[]): Outcome[] {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-oracle-'))
  try {
    const program = join(directory, 'oracle')
    execFileSync(GO!, ['build', '-o', program, '.'], {
      cwd: import.meta.dirname,
      env: { ...process.env, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
    })
    const output = execFileSync(program, {
      input: JSON.stringify(cases),
      maxBuffer: 2 ** 28,
      timeout: 60_000,
      env: { ...process.env, TZ: 'UTC' },
    })
    return JSON.parse(output.toString())
  } finally {
    rmSync(directory, { recursive: true })
  }
}
