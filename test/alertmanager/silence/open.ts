import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import type { MatchOperator } from '#lib/matchers.ts'
import { isLabelName } from '../../../alertmanager/config/label-names.ts'
import type { PostedSilence } from '../../../alertmanager/silence/rules.ts'
import { Silences, type SilencesOptions } from '../../../alertmanager/silence/silences.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { NO_GUARD_RAILS } from '../support/test-router.ts'

export const RETENTION_MS = 120 * 3_600_000

/** Silences of their own on a manual clock, with a way to end and begin anew as a restart does. */
export function openSilences(t: TestContext, limits: Partial<SilencesOptions> = {}) {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const databases: Database[] = []
  const open = () => {
    databases.at(-1)?.stop()
    const database = new Database({ path, clock, onFailure: () => {} })
    databases.push(database)
    const silences = new Silences({
      ...{ database, clock, retentionMs: RETENTION_MS, maxSilences: 0, maxSizeBytes: 0, guardRails: NO_GUARD_RAILS },
      isLabelName: (name) => isLabelName(name, 'fallback'),
      ...limits,
    })
    database.start()
    silences.load()
    return silences
  }
  t.after(() => databases.at(-1)?.stop())
  return { silences: open(), clock, reopen: open }
}

export type Posted = Partial<Omit<PostedSilence, 'matchers'>> & { readonly matchers?: readonly string[] }

/** A silence to post; matchers as `name=value` with any operator, without quotes. */
export function posted({ matchers = ['a=b'], ...rest }: Posted): PostedSilence {
  return {
    ...{
      id: undefined,
      startsAtMs: undefined,
      endsAtMs: 0,
      createdBy: 'me',
      comment: 'why',
      annotations: LabelSet.empty,
    },
    ...rest,
    matchers: matchers.map((text) => {
      const [, name, operator, value] = /^(.*?)(=~|!~|!=|=)(.*)$/s.exec(text)!
      return { name: name!, operator: operator as MatchOperator, value: value! }
    }),
  }
}
