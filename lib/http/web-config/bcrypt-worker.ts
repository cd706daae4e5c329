import { parentPort } from 'node:worker_threads'
import { compareSync } from 'bcryptjs'

/** What is asked of the thread: whether a password has this hash. */
export interface BcryptQuestion {
  readonly id: number
  readonly password: string
  readonly hash: string
}

export interface BcryptAnswer {
  readonly id: number
  readonly matches: boolean
}

// A thread of its own: a hash takes a tenth of a second of computing, which the event loop has not.
parentPort?.on('message', ({ id, password, hash }: BcryptQuestion) => {
  parentPort?.postMessage({ id, matches: compareSync(password, hash) } satisfies BcryptAnswer)
})
