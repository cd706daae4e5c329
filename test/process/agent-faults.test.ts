import { describe, test } from 'node:test'
import { SCENARIOS } from '../support/scenarios/all.ts'
import { play } from '../support/scenarios/scenario.ts'

/** Most of their time is waiting: for time-outs, back-offs, what is held for a while. */
const AT_A_TIME = 4

/** Real agent processes; the long forms of the same scenarios are `npm run soak`. */
describe('every line arrives once', { concurrency: AT_A_TIME }, () => {
  for (const scenario of SCENARIOS) {
    test(scenario.title, { timeout: 180_000 }, async (t) => {
      const missing = scenario.missing?.()
      if (missing !== undefined) return t.skip(missing)
      t.diagnostic(JSON.stringify(await play(scenario, 'short')))
    })
  }
})
