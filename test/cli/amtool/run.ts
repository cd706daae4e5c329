import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'

export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

export interface RunOptions {
  readonly stdin?: string
  readonly cwd?: string
  /** Where `~/.config/amtool/config.yml` is looked for. */
  readonly home?: string
  /** Variables beside those of the tests. */
  readonly env?: Readonly<Record<string, string>>
}

export type Run = (args: readonly string[], options?: RunOptions) => Promise<Outcome>

/** As the executable has it. */
const CACHE = join(import.meta.dirname, '../../../.cache/compile')
const MAIN = join(import.meta.dirname, '../../../cli/amtool/main.ts')

/** Runs our amtool. */
export function runOurs(t: TestContext): Run {
  return runner(t, process.execPath, [MAIN])
}

/** Runs a program with a home of its own. */
export function runner(t: TestContext, command: string, lead: readonly string[] = []): Run {
  const nowhere = temporaryDirectory(t)
  return async (args, { stdin = '', cwd = nowhere, home = nowhere, env = {} } = {}) => {
    const child: ChildProcess = spawn(command, [...lead, ...args], {
      cwd,
      env: { NODE_COMPILE_CACHE: CACHE, ...process.env, HOME: home, TZ: 'UTC', ...env },
    })
    t.after(() => child.kill('SIGKILL'))
    child.stdin!.on('error', () => {})
    child.stdin!.end(stdin)
    const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
    return { stdout, stderr, code: child.exitCode }
  }
}
