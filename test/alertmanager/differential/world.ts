import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryDirectory } from '../../support/temporary.ts'
import { compare, type Found } from './compare.ts'
import { configuration } from './configuration.ts'
import { Instance } from './instance.ts'
import type { Disturbance, Scenario } from './scenario.ts'
import { Story } from './story.ts'
import type { Transcript } from './transcript.ts'

type Cleanup = Pick<TestContext, 'after'>

/** Between the beginnings of two stories, so that a busy machine can follow. */
const STAGGER_MS = 30
/** Half of the shortest time that a story relies on. */
const CALM_MS = 500
/** What receivers have taken is recorded by then. */
const RECORDED_MS = 500

/** Both routers, running, for scenarios that share what happens to them. */
export interface World {
  /** Tells all stories at once to both. */
  readonly run: () => Promise<Outcome>
}

export interface Outcome {
  /** What was different, by scenario. */
  readonly found: ReadonlyMap<string, readonly Found[]>
  /** Whether the machine had time for both throughout. If not, either side may have been late. */
  readonly isCalm: boolean
}

export async function startWorld(t: Cleanup, upstream: string, scenarios: readonly Scenario[]): Promise<World> {
  const sides = await Promise.all([startSide(t, undefined, scenarios), startSide(t, upstream, scenarios)])
  return {
    async run() {
      const [ours, theirs] = await Promise.all(sides.map((instance) => tell(instance, scenarios)))
      for (const { pulse, client } of sides) {
        pulse.stop()
        client.child.signal('SIGKILL')
      }
      return {
        found: new Map(scenarios.map(({ name }) => [name, compare(ours!.get(name)!, theirs!.get(name)!)])),
        isCalm: sides.every(({ pulse }) => pulse.longestMs < CALM_MS),
      }
    },
  }
}

function startSide(t: Cleanup, upstream: string | undefined, scenarios: readonly Scenario[]): Promise<Instance> {
  const directory = memoryDirectory(t)
  const names = scenarios.map(({ name }) => name)
  const configure = (hookUrl: string, isAfter: boolean) => configuration(scenarios, hookUrl, isAfter)
  return Instance.start(t, names, { directory, upstream, configure })
}

async function tell(instance: Instance, scenarios: readonly Scenario[]): Promise<ReadonlyMap<string, Transcript>> {
  const disturbance = scenarios[0]?.disturbance
  const meeting = new Meeting(scenarios.length, () => disturb(instance, disturbance))
  const transcripts = scenarios.map(async (scenario, index) => {
    const story = new Story({
      ...{ scenario: scenario.name, instance, limit: scenario.limit ?? Number.POSITIVE_INFINITY },
      disturbed: () => meeting.come(scenario.name),
    })
    await sleep(index * STAGGER_MS)
    await scenario.story(story).catch((error: unknown) => story.fail(error))
    // Who has failed before must not keep the others waiting.
    if (disturbance !== undefined) await meeting.come(scenario.name)
    return [scenario.name, story.transcript()] as const
  })
  return new Map(await Promise.all(transcripts))
}

async function disturb(instance: Instance, disturbance: Disturbance | undefined): Promise<void> {
  await sleep(RECORDED_MS)
  if (disturbance === 'SIGTERM' || disturbance === 'SIGKILL') await instance.restart(disturbance)
  if (disturbance === 'SIGHUP') await instance.hangUp()
  const status = disturbance === 'POST' ? await instance.reload() : 200
  if (status !== 200) throw new Error(`the configuration was refused with ${status}`)
  const refused = disturbance === 'broken' ? await instance.reload('route: {receiver: nowhere}\n') : 500
  if (refused !== 500) throw new Error(`a broken configuration was answered with ${refused}`)
}

/** Where stories wait for each other. */
class Meeting {
  readonly #missing: number
  readonly #held: () => Promise<void>
  readonly #came = new Set<string>()
  readonly #over = Promise.withResolvers<void>()

  constructor(missing: number, held: () => Promise<void>) {
    this.#missing = missing
    this.#held = held
  }

  /** Who comes once more finds it over. */
  async come(name: string): Promise<void> {
    const isLast = this.#came.size === this.#missing - 1 && !this.#came.has(name)
    this.#came.add(name)
    if (isLast) this.#held().then(this.#over.resolve, this.#over.reject)
    await this.#over.promise
  }
}
