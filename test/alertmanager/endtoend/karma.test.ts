import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { PEERS, skipWithout } from '../../support/peer-program.ts'
import { type Group, MILLIS, type Silence, startWithAlerts } from './shown-alerts.ts'

test('karma as a client', async (t) => {
  const router = await startWithAlerts(t)
  await t.test(
    'karma learns the version from /metrics, and its requests have the answers that it takes apart',
    async () => {
      const page = await (
        await fetch(`${router.url}/metrics`, { headers: { accept: 'text/plain', 'user-agent': 'karma' } })
      ).text()
      const [, version] = /^alertmanager_build_info\{[^}]*\bversion="([^"]+)"[^}]*\} 1$/m.exec(page) ?? []
      assert.match(version ?? '', /^0\.(?:2[2-9]|[3-9]\d)\.\d+$/)
      const ask = (path: string) =>
        fetch(router.url + path, { headers: { accept: 'application/json', 'user-agent': 'karma' } })
      const status = await (await ask('/api/v2/status')).json()
      assert.equal((status as { versionInfo: { version: string } }).versionInfo.version, version)
      // It follows pointers to these without a look.
      for (const { receiver, alerts } of (await (await ask('/api/v2/alerts/groups')).json()) as Group[]) {
        assert.ok(receiver.name !== '')
        for (const alert of alerts) {
          assert.match(alert.fingerprint, /^[0-9a-f]{16}$/)
          assert.match(alert.startsAt, MILLIS)
          assert.ok(['active', 'suppressed'].includes(alert.status.state))
          assert.ok(Array.isArray(alert.status.silencedBy) && Array.isArray(alert.status.inhibitedBy))
          assert.equal(typeof alert.generatorURL, 'string')
        }
      }
      const empty = await (await ask('/api/v2/silences')).text()
      assert.equal(empty, '[]\n')
    },
  )

  await t.test("karma's page sends silences from the browser", async () => {
    const url = `${router.url}/api/v2/silences`
    const origin = 'http://karma.test'
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    assert.equal(preflight.status, 200)
    const granted = (name: string) => preflight.headers.get(`access-control-allow-${name}`)
    assert.deepEqual([granted('origin'), granted('methods'), granted('headers')], ['*', 'POST', 'content-type'])
    const nowMs = Date.now()
    const answer = await fetch(url, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      // Its times have six digits, its matchers may come without isEqual.
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: '(Disk|Latency)', isRegex: true }],
        startsAt: new Date(nowMs).toISOString().replace('Z', '000Z'),
        endsAt: new Date(nowMs + 3_600_000).toISOString().replace('Z', '000Z'),
        createdBy: 'me@karma.test',
        comment: 'ACK!',
      }),
    })
    assert.deepEqual([answer.status, answer.headers.get('access-control-allow-origin')], [200, '*'])
    const { silenceID } = (await answer.json()) as { silenceID: string }
    const shown = await fetch(`${router.url}/api/v2/silence/${silenceID}`, { headers: { origin } })
    assert.equal(shown.headers.get('access-control-allow-origin'), '*')
    assert.deepEqual(((await shown.json()) as Silence).matchers, [
      { isEqual: true, isRegex: true, name: 'alertname', value: '(Disk|Latency)' },
    ])
  })

  await t.test('promtool can read the page of metrics', { skip: skipWithout(PEERS.promtool) }, async () => {
    const page = await (await router.get('/metrics')).text()
    let said = ''
    try {
      execFileSync(PEERS.promtool, ['check', 'metrics'], { input: page, stdio: 'pipe' })
    } catch (error) {
      said = String((error as { stderr?: Buffer }).stderr)
    }
    // Upstream's names are what they are; that the page is well-formed is another matter.
    assert.doesNotMatch(said, /error while linting/)
  })
})
