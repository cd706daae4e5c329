import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const ENTRY = join(import.meta.dirname, '../../cli/main.ts')

/** Runs the command line in a process of its own, which is gone when the test is over. */
export function startCli(
  t: Pick<TestContext, 'after'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const child = spawn(process.execPath, [ENTRY, ...args], { env: { ...process.env, NO_COLOR: '', TZ: 'UTC', ...env } })
  t.after(() => child.kill('SIGKILL'))
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = once(child, 'close').then(([code]) => ({ ...output, code: code as number | null }))
  return { child, output, ended }
}
