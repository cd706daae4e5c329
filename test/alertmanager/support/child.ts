import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'

export interface Exit {
  readonly code: number | null
  readonly stderr: string
  readonly stdout: string
}

/** A process of a test, whose output can be waited for. It does not outlive the test. */
export class Child {
  readonly #process: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #waiting = new Set<() => void>()
  #stdout = ''
  #stderr = ''

  constructor(t: Pick<TestContext, 'after'>, command: string, args: readonly string[]) {
    this.#process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#exited = once(this.#process, 'close')
    this.#process.stdout?.on('data', (chunk) => this.#took(() => (this.#stdout += String(chunk))))
    this.#process.stderr?.on('data', (chunk) => this.#took(() => (this.#stderr += String(chunk))))
    this.#process.on('close', () => this.#took(() => {}))
    t.after(() => this.kill('SIGKILL'))
  }

  get pid(): number {
    return this.#process.pid!
  }

  get stderr(): string {
    return this.#stderr
  }

  /** Resolves with the match as soon as standard error holds one; rejects when the process ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stderr)
      if (match !== null) return match
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        throw new Error(`ended with ${this.#process.exitCode} without ${pattern}:\n${this.#stderr}`)
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  async kill(signal: NodeJS.Signals): Promise<Exit> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill(signal)
    return this.exit()
  }

  async exit(): Promise<Exit> {
    await this.#exited
    return { code: this.#process.exitCode, stderr: this.#stderr, stdout: this.#stdout }
  }

  #took(remember: () => void): void {
    remember()
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}
