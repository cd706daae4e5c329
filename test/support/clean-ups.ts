import type { TestContext } from 'node:test'

/** Runs something with what stands in for a test's context, and afterwards what was to be done then, the last first. */
export async function withCleanUps<T>(run: (t: Pick<TestContext, 'after'>) => Promise<T>): Promise<T> {
  const cleanUps: (() => unknown)[] = []
  const after = (cleanUp?: unknown) => {
    if (typeof cleanUp === 'function') cleanUps.push(cleanUp as () => unknown)
  }
  try {
    return await run({ after })
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp()
  }
}
