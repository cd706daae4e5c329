import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'

test('three that start at once serve each for itself, and end as they are told', async (t) => {
  const directory = temporaryDirectory(t)
  const routers = await Promise.all(
    ['a', 'b', 'c'].map((name) => {
      mkdirSync(join(directory, name))
      return startRouter(t, join(directory, name), `route: {receiver: ${name}}\nreceivers: [{name: ${name}}]\n`)
    }),
  )
  assert.equal(new Set(routers.map(({ url }) => url)).size, 3)
  const names = await Promise.all(routers.map(async (router) => (await router.get('/api/v2/receivers')).json()))
  assert.deepEqual(names.flat(), [{ name: 'a' }, { name: 'b' }, { name: 'c' }])
  const exits = await Promise.all([
    routers[0]!.child.kill('SIGTERM'),
    routers[1]!.child.kill('SIGINT'),
    routers[2]!.child.kill('SIGTERM'),
  ])
  assert.deepEqual(
    exits.map(({ code, stdout }) => [code, stdout]),
    [
      [0, ''],
      [0, ''],
      [0, ''],
    ],
  )
})

test('the address is said in one line, written at once', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  const line = router.child.stderr.split('\n').find((each) => each.includes('Listening on'))
  const { host } = new URL(router.url)
  assert.match(line ?? '', /^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=info /)
  assert.ok(line?.endsWith(` msg="Listening on" address=${host}`))
})
