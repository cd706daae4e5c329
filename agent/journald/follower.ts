import { type ChildProcess, spawn } from 'node:child_process'
import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import type { AgentEvents } from '../events.ts'

export interface FollowerOptions {
  /** Path of journalctl, or its name. */
  readonly program: string
  /** Of the next start: they have the place where reading goes on. */
  readonly argumentsNow: () => readonly string[]
  /** Takes what was written; the program is not read on before this is done. */
  readonly onOutput: (chunk: Buffer) => Promise<void>
  /** What came last was not ended and will not be. */
  readonly onEnd: () => void
  readonly clock: Clock
  readonly events: AgentEvents
}

const BACKOFF = { initialMs: 500, maxMs: 30_000 }
/** A program that ran for so long was not at fault when it ended. */
const STEADY_MS = 60_000
/** One that says nothing for so long is started again where it was: it may hang, and nothing shows it. */
const SILENT_MS = 10 * 60_000
/** What is remembered of what it wrote to its standard error. */
const ERROR_CHARS = 1_000
/** Between being asked to end and being made to. */
const KILL_AFTER_MS = 2_000

/** Keeps a journalctl running that follows the journal. */
export class Follower {
  readonly #options: FollowerOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #running: Promise<void> | undefined
  /** Whether it was ended because it said nothing for long. */
  #isRelieved = false
  /** How many times it was started. */
  starts = 0

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** @throws CodedError JOURNALCTL_MISSING or JOURNALCTL_FAILED if it cannot be started at all */
  async start(): Promise<void> {
    const child = await this.#spawn()
    this.#running = this.#keep(child)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#end()
    await this.#running
  }

  async #keep(first: ChildProcess): Promise<void> {
    const { clock, events } = this.#options
    const backoff = new Backoff(BACKOFF)
    for (let child: ChildProcess | undefined = first; ; ) {
      const startedMs = clock.monotonicMs()
      if (child !== undefined) {
        const end = await this.#follow(child)
        if (this.#stopping.signal.aborted) return
        if (this.#isRelieved) {
          // There was nothing wrong with it, as far as can be seen.
          this.#isRelieved = false
          child = await this.#trySpawn()
          continue
        }
        events.journalctlEnded({}, { ...end, attempt: backoff.attempt + 1 })
        if (clock.monotonicMs() - startedMs >= STEADY_MS) backoff.reset()
      }
      await clock.sleep(backoff.next(), this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      child = await this.#trySpawn()
    }
  }

  async #trySpawn(): Promise<ChildProcess | undefined> {
    try {
      return await this.#spawn()
    } catch (error) {
      this.#options.events.journalctlEnded({}, { err: messageOf(error) })
      return undefined
    }
  }

  #spawn(): Promise<ChildProcess> {
    const { program, argumentsNow } = this.#options
    this.starts += 1
    return new Promise((resolve, reject) => {
      const child = spawn(program, argumentsNow(), {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, LC_ALL: 'C', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' },
      })
      child.once('spawn', () => resolve(child))
      child.once('error', (error) => {
        const code = systemErrorCode(error) === 'ENOENT' ? 'JOURNALCTL_MISSING' : 'JOURNALCTL_FAILED'
        reject(new CodedError(code, [program, messageOf(error)], { cause: error }))
      })
    })
  }

  /** Reads what a program writes until it ends; returns how it ended. */
  async #follow(child: ChildProcess): Promise<{ readonly err: string }> {
    this.#child = child
    // It may be asked to end before it is followed.
    if (this.#stopping.signal.aborted) this.#end()
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-ERROR_CHARS)
    })
    const ended = new Promise<string>((resolve) => {
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`))
    })
    let cancel = this.#watchSilence()
    try {
      for await (const chunk of child.stdout ?? []) {
        cancel()
        await this.#options.onOutput(chunk as Buffer)
        cancel = this.#watchSilence()
      }
    } catch (error) {
      said += messageOf(error)
      child.kill('SIGKILL')
    }
    cancel()
    const how = await ended
    this.#child = undefined
    this.#options.onEnd()
    return { err: [how, said.trim()].filter((part) => part !== '').join(': ') }
  }

  #watchSilence(): () => void {
    return this.#options.clock.after(SILENT_MS, () => {
      this.#isRelieved = true
      this.#end()
    })
  }

  #end(): void {
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGTERM')
    // A program that hangs may not hear it.
    child.once(
      'close',
      this.#options.clock.after(KILL_AFTER_MS, () => child.kill('SIGKILL')),
    )
  }
}
