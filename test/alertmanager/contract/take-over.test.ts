import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'
import { ALERTMANAGER, missing, startUpstream } from '../support/upstream.ts'

test(
  'what the original left is taken over: silences go on, and nothing is told again',
  missing(ALERTMANAGER, 'alertmanager'),
  async (t) => {
    const directory = temporaryDirectory(t)
    const hook = await captureServer(t)
    const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 200ms, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: "${hook.url}"}]}]
`
    const theirs = await startUpstream(t, directory, yaml)
    const endsAt = new Date(Date.now() + 3_600_000).toISOString()
    const silence = {
      matchers: [
        { name: 'alertname', value: 'Q', isRegex: false, isEqual: true },
        { name: 'n', value: '[0-9]+|é', isRegex: true, isEqual: false },
      ],
      ...{ startsAt: '0001-01-01T00:00:00Z', endsAt, createdBy: 'me', comment: 'quiet' },
    }
    assert.equal((await theirs.post('/api/v2/silences', silence)).status, 200)
    const told = { alertname: 'T', long: 'x'.repeat(100), zone: 'é' }
    await theirs.push([told])
    await hook.received(1)
    const before = (await (await theirs.get('/api/v2/silences')).json()) as object[]
    await theirs.child.kill('SIGTERM')

    cpSync(join(directory, 'upstream'), join(directory, 'data'), { recursive: true })
    const ours = await startRouter(t, directory, yaml)
    assert.deepEqual(await (await ours.get('/api/v2/silences')).json(), before)
    await ours.push([told, { alertname: 'Q' }, { alertname: 'New' }])
    await hook.received(2)
    await ours.reached('alertmanager_nflog_queries_total', 4)
    assert.deepEqual(
      hook.requests.map(({ body }) => (JSON.parse(body.toString()) as { groupLabels: object }).groupLabels),
      [{ alertname: 'T' }, { alertname: 'New' }],
    )
    assert.equal(await ours.metric('alertmanager_snapshot_entries_taken_over_total{kind="silences"}'), 1)
  },
)
