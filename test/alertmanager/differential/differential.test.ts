import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import type { Found } from './compare.ts'
import { SINCE_0_25, SINCE_0_34 } from './differences.ts'
import { isAstray, keyOf, unlisted } from './listed.ts'
import type { Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { startWorld } from './world.ts'

/**
 * The same stories told to this router and to the original, as processes side by side. What they tell and answer has
 * to be the same, but for what differences.ts lists; and what it lists has to be there.
 *
 * The original is Debian's 0.25; without it all is skipped, unless VEDETTE_REQUIRE_ALERTMANAGER=1.
 * VEDETTE_ALERTMANAGER=<program> takes a 0.34 in its place; VEDETTE_SCENARIO=<text> runs only scenarios with the text in
 * their name.
 */
const UPSTREAM = process.env.VEDETTE_ALERTMANAGER ?? ALERTMANAGER
const DIFFERENCES = isDebians(UPSTREAM) ? SINCE_0_25 : SINCE_0_34
const ONLY = process.env.VEDETTE_SCENARIO ?? ''
/** On a machine that keeps stalling. */
const MOST_ROUNDS = 5

const NEEDS = process.env.VEDETTE_REQUIRE_ALERTMANAGER === '1' ? {} : missing(UPSTREAM, 'Alertmanager')

test('stories as the original tells them', NEEDS, async (t) => {
  assert.ok(UPSTREAM !== undefined, 'Alertmanager is required here, and not installed')
  const upstream = UPSTREAM
  const scenarios = SCENARIOS.filter(({ name }) => name.includes(ONLY) && !isAstray(name, DIFFERENCES))
  const found = new Map<string, readonly Found[]>()
  let doubtful = scenarios
  // What is really different is so again, at the latest when the machine has time for both.
  for (let round = 1; doubtful.length > 0 && round <= MOST_ROUNDS; round++) {
    const isCalm = await run(doubtful)
    doubtful = doubtful.filter(({ name }) => !isAsListed(name, found.get(name)!))
    for (const { name } of doubtful) {
      t.diagnostic(`${name}, round ${round}: ${JSON.stringify(unlisted(name, found.get(name)!, DIFFERENCES))}`)
    }
    if (isCalm && round > 1) break
  }

  for (const { name } of scenarios) {
    await t.test(name, () => {
      const { unlisted: news, vanished } = unlisted(name, found.get(name)!, DIFFERENCES)
      assert.deepEqual(news, [], 'differences that are not listed')
      assert.deepEqual(vanished, [], 'differences that are listed, but not there')
    })
  }
  await t.test('every listed difference belongs to a scenario', () => {
    const names = new Set(SCENARIOS.map(({ name }) => name))
    assert.deepEqual(
      DIFFERENCES.listed.filter(({ scenario }) => !names.has(scenario)),
      [],
    )
  })
  await t.test('keys that only one side has are still there', { skip: ONLY !== '' }, () => {
    const seen = new Set([...found.values()].flat().map((one) => keyOf(one, DIFFERENCES.keys)))
    assert.deepEqual(
      DIFFERENCES.keys.filter((key) => !seen.has(key)),
      [],
    )
  })

  /** Keeps what was found; returns whether the machine was calm. */
  async function run(some: readonly Scenario[]): Promise<boolean> {
    const shared = Map.groupBy(some, ({ world, disturbance }) => world ?? disturbance)
    const worlds = await Promise.all(Array.from(shared.values(), (scenarios) => startWorld(t, upstream, scenarios)))
    const outcomes = await Promise.all(worlds.map((world) => world.run()))
    for (const outcome of outcomes) for (const [name, one] of outcome.found) found.set(name, one)
    return outcomes.every(({ isCalm }) => isCalm)
  }
})

function isDebians(program: string | undefined): boolean {
  if (program === undefined) return true
  const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  return /version 0\.25\./.test(stdout + stderr)
}

function isAsListed(name: string, found: readonly Found[]): boolean {
  const { unlisted: news, vanished } = unlisted(name, found, DIFFERENCES)
  return news.length === 0 && vanished.length === 0
}
