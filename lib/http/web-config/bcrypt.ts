import { Worker } from 'node:worker_threads'
import type { BcryptAnswer, BcryptQuestion } from './bcrypt-worker.ts'

/** Most checks that wait; each takes about a tenth of a second, one after the other. */
const MOST_WAITING = 64

interface Waiting {
  readonly resolve: (matches: boolean) => void
  readonly reject: (error: Error) => void
}

/** Checks passwords against hashes of bcrypt in a thread of its own, one after the other. */
export class Bcrypt {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #nextId = 0

  /** Resolves with undefined if too many wait already. */
  matches(password: string, hash: string): Promise<boolean> | undefined {
    if (this.#waiting.size >= MOST_WAITING) return undefined
    const id = this.#nextId++
    return new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      const worker = this.#running()
      // It keeps the process alive for as long as somebody waits.
      worker.ref()
      worker.postMessage({ id, password, hash } satisfies BcryptQuestion)
    })
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate()
  }

  /** The thread is started when it is first needed. */
  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(new URL('./bcrypt-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 32 },
    })
    worker.on('message', ({ id, matches }: BcryptAnswer) => {
      this.#waiting.get(id)?.resolve(matches)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
    })
    worker.on('error', (error: Error) => this.#lost(worker, error))
    worker.on('exit', () => this.#lost(worker, new Error('the thread that checks passwords has ended')))
    this.#worker = worker
    return worker
  }

  #lost(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
