import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PEERS, PeerProgram, skipWithout } from '../../support/peer-program.ts'
import { PUSH_CASES } from '../../support/push-cases.ts'
import { sendRaw, startPushServer } from '../../support/push-server.ts'

test('requests are answered as Pushgateway answers them', { skip: skipWithout(PEERS.pushgateway) }, async (t) => {
  const flags = ['--persistence.file=', '--web.enable-admin-api']
  const original = await PeerProgram.start(t, PEERS.pushgateway, flags)
  const ours = await startPushServer(t)
  for (const each of PUSH_CASES) {
    const {
      name,
      method = 'PUT',
      path = '/metrics/job/a',
      body = 'x 1\n',
      headers = {},
      before,
      refusal,
      differs,
    } = each
    const answers = []
    for (const url of [original.url, ours.url]) {
      assert.equal((await sendRaw(url, 'PUT', '/api/v1/admin/wipe')).status, 202)
      if (before !== undefined)
        assert.equal((await sendRaw(url, 'PUT', '/metrics/job/before', before)).status, 200, name)
      const { status, text } = await sendRaw(url, method, path, body, headers)
      answers.push({ status, text: refusal?.(text) ?? text, groups: await groupsOf(url) })
    }
    const [theirs, own] = answers as [(typeof answers)[0], (typeof answers)[0]]
    if (differs === undefined) {
      assert.deepEqual(own, theirs, name)
      continue
    }
    assert.notDeepEqual(
      [own.status, own.text],
      [theirs.status, theirs.text],
      `${name}: there is no difference any more`,
    )
    assert.equal(own.status, differs.status, `${name}: ${own.text}`)
    assert.match(String(own.text), differs.text, name)
  }
})

/** What there is afterwards: groups, their metrics without times, and whether the last push succeeded. */
async function groupsOf(url: string): Promise<unknown> {
  const { data } = JSON.parse((await sendRaw(url, 'GET', '/api/v1/metrics')).text) as {
    data: Record<string, unknown>[]
  }
  const groups = data.map((group) =>
    Object.entries(group)
      .filter(([name]) => !name.startsWith('push_'))
      .map(([name, value]) => [name, typeof value === 'object' ? { ...value, time_stamp: undefined } : value] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
  return groups.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
}
