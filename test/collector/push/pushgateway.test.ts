import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { PUSH_CASES } from '../../support/push-cases.ts'
import { sendRaw, startPushServer } from '../../support/push-server.ts'

const ORIGINAL = '/usr/bin/prometheus-pushgateway'
test('requests are answered as Pushgateway answers them', { skip: skipReason() }, async (t) => {
  const original = await startOriginal(t)
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
    for (const url of [original, ours.url]) {
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

function skipReason(): string | false {
  return existsSync(ORIGINAL) ? false : `no ${ORIGINAL}; install prometheus-pushgateway`
}

async function startOriginal(t: TestContext): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`
  const options = [
    `--web.listen-address=${address}`,
    '--persistence.file=',
    '--web.enable-admin-api',
    '--log.level=error',
  ]
  const child: ChildProcess = spawn(ORIGINAL, options, { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  const url = `http://${address}`
  for (let turn = 0; turn < 500; turn++) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return url
    await sleep(20)
  }
  throw new Error('Pushgateway does not start')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
