import { setImmediate as nextTurn } from 'node:timers/promises'

/** Rendering after which others get their turn: requests, timers, answers of services. */
const LONG_MS = 50

/** What was rendered since others had their turn, in milliseconds. There is one event loop, so there is one of these. */
let spentMs = 0

/** Renders, which cannot be interrupted, and remembers how long it took. */
export function rendering<T>(work: () => T): T {
  if (spentMs === 0) {
    setImmediate(() => {
      spentMs = 0
    })
  }
  const startedMs = performance.now()
  try {
    return work()
  } finally {
    spentMs += performance.now() - startedMs
  }
}

/** Works at once in general; where much was rendered before, after others have had their turn. */
export async function afterOthers<T>(work: () => Promise<T>): Promise<T> {
  while (spentMs > LONG_MS) await nextTurn()
  return work()
}
