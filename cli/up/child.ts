import { type ChildProcess, spawn } from 'node:child_process'
import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { Logger } from '#lib/log.ts'
import { launchOf, type ServiceName } from '../launch.ts'

export interface ChildOptions {
  readonly name: ServiceName
  /** The command line, asked for at each start. */
  readonly flags: () => readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  /** Called with the addresses that the service serves, each time it has become ready. */
  readonly onReady: (addresses: Readonly<Record<string, string>>) => void
}

const BACKOFF = { initialMs: 250, maxMs: 10_000 } as const
/** A service that was ready for so long is taken for healthy: the next wait is a short one again. */
const HEALTHY_AFTER_MS = 3_000
/** The drain deadlines of the services are shorter than this. */
const STOP_TIMEOUT_MS = 60_000

/** One service as a child process, which is started again whenever it dies, until it is stopped. */
export class Child {
  readonly #options: ChildOptions
  readonly #backoff = new Backoff(BACKOFF)
  readonly #stopping = new AbortController()
  #process: ChildProcess | undefined
  #ended: Promise<unknown> = Promise.resolve()

  constructor(options: ChildOptions) {
    this.#options = options
  }

  /** @throws CodedError CHILD_FAILED if it ends before it is ready */
  async start(): Promise<void> {
    const { name } = this.#options
    const first = await this.#run()
    if (first.reason !== undefined) throw new CodedError('CHILD_FAILED', [name, first.reason])
    this.#ended = this.#keepAlive(first.exited)
  }

  async #keepAlive(exited: Promise<string>): Promise<void> {
    const { name, clock, logger } = this.#options
    let readyAtMs = clock.monotonicMs()
    let ending = exited
    while (!this.#stopping.signal.aborted) {
      const how = await ending
      if (this.#stopping.signal.aborted) return
      if (clock.monotonicMs() - readyAtMs > HEALTHY_AFTER_MS) this.#backoff.reset()
      const delayMs = this.#backoff.next()
      logger.warn({ child: name, reason: how, delayMs }, 'a service died; starting it again')
      await clock.sleep(delayMs, this.#stopping.signal)
      if (this.#stopping.signal.aborted) return
      const next = await this.#run()
      if (next.reason === undefined) logger.info({ child: name, pid: this.#process?.pid }, 'the service is ready again')
      ending = next.exited
      readyAtMs = clock.monotonicMs()
    }
  }

  /** Resolves once it is ready or has ended; then with the reason. */
  async #run(): Promise<{ readonly reason: string | undefined; readonly exited: Promise<string> }> {
    const { name, flags, onReady } = this.#options
    const { args, env } = launchOf(name, flags())
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    })
    this.#process = child
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(messageOf(error)))
      child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
    })
    const ready = new Promise<undefined>((resolve) => {
      child.on('message', (message) => {
        if (!isReady(message)) return
        onReady(message.ready)
        resolve(undefined)
      })
    })
    return { reason: await Promise.race([ready, exited]), exited }
  }

  /** Asks it to drain and end, and waits for that. Resolves with whether it ended cleanly. */
  async stop(): Promise<boolean> {
    this.#stopping.abort()
    const { name, clock, logger } = this.#options
    const child = this.#process
    let isClean = true
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const cancel = clock.after(STOP_TIMEOUT_MS, () => {
        logger.error({ child: name, timeoutMs: STOP_TIMEOUT_MS }, 'the service does not stop; killing it')
        child.kill('SIGKILL')
      })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await exited
      cancel()
      isClean = child.exitCode === 0
      if (!isClean) logger.error({ child: name, reason: howEnded(child) }, 'the service did not stop cleanly')
    }
    await this.#ended
    return isClean
  }

  kill(): void {
    this.#stopping.abort()
    this.#process?.kill('SIGKILL')
  }
}

function howEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`
}

function isReady(message: unknown): message is { readonly ready: Readonly<Record<string, string>> } {
  return typeof message === 'object' && message !== null && 'ready' in message
}
