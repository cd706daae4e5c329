import { LabelSet } from '#lib/labels.ts'
import { momentOf } from '../moment.ts'
import type { TemplateInput } from '../notify/data.ts'

const MINUTE_MS = 60_000

/** The notification that templates are shown without one of one's own: upstream's, value by value. */
export function exampleData(nowMs: number): TemplateInput {
  const commonLabels = { commonlabelkey1: 'commonlabelvalue1', commonlabelkey2: 'commonlabelvalue2' }
  const commonAnnotations = {
    commonannotationkey1: 'commonannotationvalue1',
    commonannotationkey2: 'commonannotationvalue2',
  }
  const alert = (
    status: string,
    minutes: number,
    fingerprint: string,
    labels: Readonly<Record<string, string>>,
    annotations: Readonly<Record<string, string>>,
  ) => ({
    status,
    labels: LabelSet.from({ ...labels, ...commonLabels }),
    annotations: LabelSet.from({ ...annotations, ...commonAnnotations }),
    startsAt: momentOf(nowMs - minutes * MINUTE_MS),
    endsAt: momentOf(nowMs),
    generatorURL: 'https://generatorurl.com',
    fingerprint,
  })
  return {
    receiver: 'receiver',
    status: 'alertstatus',
    alerts: [
      alert(
        'firing',
        5,
        'fingerprint1',
        { label1: 'value1', label2: 'value2', instance: 'foo.bar:1234' },
        { annotation1: 'value1', annotation2: 'value2' },
      ),
      alert('resolved', 10, 'fingerprint2', { foo: 'bar', baz: 'qux' }, { aaa: 'bbb', ccc: 'ddd' }),
    ],
    reason: '',
    groupLabels: LabelSet.from({ grouplabelkey1: 'grouplabelvalue1', grouplabelkey2: 'grouplabelvalue2' }),
    commonLabels: LabelSet.from(commonLabels),
    commonAnnotations: LabelSet.from(commonAnnotations),
    routeLabels: LabelSet.empty,
    externalURL: 'https://example.com',
  }
}
