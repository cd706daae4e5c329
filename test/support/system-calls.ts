import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { TestContext } from 'node:test'

const CALLS = [
  ...(['readdirSync', 'statSync', 'fstatSync', 'openSync', 'readSync', 'readlinkSync'] as const),
  ...(['linkSync', 'unlinkSync', 'writeSync', 'fdatasyncSync'] as const),
] as const

/** Lets a test do something between two calls of the file system, where another process may have its turn. */
export class SystemCalls {
  /** Called before every call; not for the calls that it makes itself. */
  onCall: (() => void) | undefined

  constructor(t: Pick<TestContext, 'after'>) {
    // No mocks of the test's: they would keep the arguments of every call.
    const originals = Object.fromEntries(CALLS.map((name) => [name, fs[name] as (...args: unknown[]) => unknown]))
    for (const [name, call] of Object.entries(originals)) {
      const intercept = (...args: unknown[]) => {
        const { onCall } = this
        this.onCall = undefined
        onCall?.()
        this.onCall = onCall
        return call(...args)
      }
      Object.assign(fs, { [name]: intercept })
    }
    syncBuiltinESMExports()
    t.after(() => {
      Object.assign(fs, originals)
      syncBuiltinESMExports()
    })
  }
}
