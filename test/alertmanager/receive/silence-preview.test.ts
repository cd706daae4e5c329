import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'

test('a preview says what a silence would hit, and makes none', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  await router.push(Array.from({ length: 120 }, (_, n) => ({ alertname: 'A', n: `${n}` })))
  await router.push([{ alertname: 'B' }])
  await router.push([{ alertname: 'C' }], -1)
  const preview = async (body: unknown) => {
    const response = await router.post('/api/vedette/v1/silences/preview', body)
    return {
      status: response.status,
      answer: (await response.json()) as { total: number; alerts: { labels: object }[] },
    }
  }
  const matchers = (name: string, value: string, isRegex = false) => ({ matchers: [{ name, value, isRegex }] })
  const all = await preview(matchers('alertname', '.+', true))
  assert.deepEqual([all.status, all.answer.total, all.answer.alerts.length], [200, 121, 100])
  const one = await preview(matchers('alertname', 'B'))
  assert.deepEqual([one.answer.total, one.answer.alerts[0]?.labels], [1, { alertname: 'B' }])
  assert.equal((await preview(matchers('alertname', 'C'))).answer.total, 0)
  assert.deepEqual(await preview(matchers('a', '')), {
    status: 400,
    answer: 'invalid silence: at least one matcher must not match the empty string',
  })
  assert.equal((await preview({})).status, 422)
  assert.deepEqual(await (await router.get('/api/v2/silences')).json(), [])
})
