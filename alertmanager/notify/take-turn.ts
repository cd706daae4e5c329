import type { Turns } from '../cluster/turns.ts'
import type { Integration } from './receiver.ts'

export interface InTurn {
  /** Says to other members when it is at it. Once one of them has told meanwhile, it does nothing, and succeeds. */
  readonly integration: Integration
  /** Whether another member has told, so that there is nothing to remember. */
  isSuperseded(): boolean
}

export interface TurnOptions {
  readonly turns: Turns
  /** What is told: the key of the notification log. */
  readonly id: string
  /** Whether there is still something to tell. */
  readonly isNews: () => boolean
}

/** An integration as one of several members uses it whose turn it is. */
export function inTurn(integration: Integration, { turns, id, isNews }: TurnOptions): InTurn {
  const { kind, index, sendResolved } = integration
  let attempts = 0
  let isSuperseded = false
  return {
    isSuperseded: () => isSuperseded,
    integration: {
      ...{ kind, index, sendResolved },
      async notify(notification, signal) {
        attempts += 1
        // While this member was waiting to try again it may have been the turn of the next one.
        if (attempts > 1) isSuperseded = !(await turns.waitForOthers(id, isNews, signal)) && !signal.aborted
        if (isSuperseded) return { ok: true, isToldElsewhere: true }
        turns.begin(id)
        const result = await integration.notify(notification, signal)
        if (!result.ok) turns.fail(id)
        return result
      },
    },
  }
}
