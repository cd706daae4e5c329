import assert from 'node:assert/strict'
import { messageOf } from '#lib/errors.ts'
import { NO_FAULTS } from '../line-audit.ts'
import { Stage, type StageOptions } from './stage.ts'

/** How much of a scenario is played: a number for each thing that there can be more of. */
type Size = Readonly<Record<string, number>>

/** Something that goes wrong on a node, and after which every line must have arrived once. */
export interface Scenario extends StageOptions {
  readonly name: string
  readonly title: string
  /** Why it cannot be played on this machine; undefined if it can. */
  readonly missing?: () => string | undefined
  /** False if the lines of a container need not be in order by their ids. */
  readonly ordered?: boolean
  readonly short: (stage: Stage) => Promise<void>
  readonly long: (stage: Stage) => Promise<void>
}

/** A scenario whose short and long forms differ in size. */
export function defineScenario<S extends Size>({
  short,
  long,
  play,
  ...rest
}: Omit<Scenario, 'short' | 'long'> & {
  readonly short: S
  readonly long: S
  readonly play: (stage: Stage, size: S) => Promise<void>
}): Scenario {
  return { ...rest, short: (stage) => play(stage, short), long: (stage) => play(stage, long) }
}

export interface Outcome {
  readonly lines: number
  readonly redelivered: number
  readonly seconds: number
  readonly [note: string]: number | string
}

/** Plays a scenario; throws if a line is lost, doubled or damaged, or if the agent's accounts do not add up. */
export async function play(scenario: Scenario, form: 'short' | 'long'): Promise<Outcome> {
  const startedAtMs = performance.now()
  const stage = await Stage.set(scenario)
  const { agent, collector } = stage
  try {
    await scenario[form](stage)
    await stage.settle()
    const account = await agent.metrics(
      ...(['records_read_total', 'records_acknowledged_total', 'records_in_flight', 'records_dropped_total'] as const),
    )
    assert.deepEqual(
      { ...account, records_read_total: 0 },
      { ...account, records_read_total: 0, records_dropped_total: 0, records_in_flight: 0 },
    )
    assert.equal(account.records_read_total, account.records_acknowledged_total)
    assert.equal(await agent.stop(), 0)
    assert.deepEqual(stage.spooledFiles, [], 'the spool holds what was delivered')
    const faults = stage.audit({ ordered: scenario.ordered ?? true })
    assert.deepEqual(faults, NO_FAULTS, collector.audit.examples.join('\n'))
    return {
      lines: stage.written,
      redelivered: collector.audit.redelivered,
      seconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
      ...stage.notes,
    }
  } catch (error) {
    throw new Error(`${scenario.name}: ${messageOf(error)}\n${agent.log.slice(-40).join('\n')}`, { cause: error })
  } finally {
    await stage.strike()
  }
}
