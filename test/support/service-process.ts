import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')

/** A service in a process of its own, which is gone when the test is over. */
export class ServiceProcess {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly #exited: Promise<number | string>
  #onLine: () => void = () => {}

  constructor(t: Pick<TestContext, 'after'>, service: string, argv: readonly string[]) {
    this.child = spawn(process.execPath, [join(ROOT, service, 'main.ts'), ...argv], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#onLine()
    })
    this.#exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'))
    })
    t.after(async () => {
      this.child.kill('SIGKILL')
      await this.#exited
    })
  }

  /** The exit code, or the signal that ended it. */
  get exited(): Promise<number | string> {
    return this.#exited
  }

  /** Waits for a line on standard error; fails if the process ends first. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false
    void this.#exited.then(() => {
      ended = true
      this.#onLine()
    })
    for (;;) {
      const match = pattern.exec(this.stderr)
      if (match !== null) return match
      if (ended) throw new Error(`ended without ${pattern}:\n${this.stderr}`)
      await new Promise<void>((resolve) => {
        this.#onLine = resolve
      })
    }
  }
}
