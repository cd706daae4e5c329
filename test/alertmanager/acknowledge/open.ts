import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { Acknowledgements, type AcknowledgementsOptions } from '../../../alertmanager/acknowledge/acknowledgements.ts'
import type { Alert } from '../../../alertmanager/alert.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const HOUR_MS = 3_600_000

/** Acknowledgements on a manual clock, and the alerts that they may be about. */
export function openAcknowledgements(t: Pick<TestContext, 'after'>) {
  const path = join(temporaryDirectory(t), 'state.db')
  const clock = new ManualClock()
  const alerts = new Map<string, Alert>()
  let database: Database | undefined
  const reopen = () => {
    database?.stop()
    database = new Database({ path, clock, onFailure: () => {} })
    const options: AcknowledgementsOptions = {
      ...{ database, clock, retentionMs: HOUR_MS, alertOf: (fingerprint) => alerts.get(fingerprint) },
    }
    const acknowledgements = new Acknowledgements(options)
    database.start()
    acknowledgements.load()
    return acknowledgements
  }
  t.after(() => database?.stop())
  const fire = (n: number | string, startsAtMs = clock.nowMs(), endsAtMs = clock.nowMs() + 100 * HOUR_MS): Alert => {
    const alert = {
      ...{ labels: LabelSet.from({ alertname: 'A', n: `${n}` }), annotations: LabelSet.empty, generatorUrl: '' },
      ...{ startsAt: momentOf(startsAtMs), endsAt: momentOf(endsAtMs), updatedAtMs: clock.nowMs(), timeout: false },
    }
    alerts.set(alert.labels.fingerprint, alert)
    return alert
  }
  return { acknowledgements: reopen(), clock, fire, reopen }
}
