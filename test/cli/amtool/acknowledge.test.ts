import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startRouter } from '../../alertmanager/support/router-process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runner } from './run.ts'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\n$/

test('vedette alert ack, acks and unack', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  await router.push([
    { alertname: 'Disk', node: 'a' },
    { alertname: 'Disk', node: 'b' },
  ])
  const run = runner(t, process.execPath, [MAIN])
  const alert = (...args: readonly string[]) => run(['alert', ...args, '--alertmanager.url', router.url])

  const made = await alert('ack', 'Disk', 'node=a', '--owner', 'ann', '--for', '2h', '--comment', 'a new one comes')
  assert.deepEqual([made.stderr, made.code], ['', 0])
  assert.match(made.stdout, UUID)
  const id = made.stdout.trim()
  const shown = await alert('acks')
  assert.match(shown.stdout, /^ID +Alerts +Ends At +Owner +Comment +\n/)
  assert.match(
    shown.stdout,
    new RegExp(`\n${id} +1 of 1 firing alertname="Disk" node="a" +\\S+ \\S+ UTC +ann +a new one comes +\n$`),
  )
  assert.equal((await alert('acks', '-q')).stdout, `${id}\n`)
  const [listed] = JSON.parse((await alert('acks', '-o', 'json')).stdout) as { owner: string }[]
  assert.equal(listed?.owner, 'ann')

  assert.deepEqual(await alert('unack', id), { stdout: '', stderr: '', code: 0 })
  assert.equal((await alert('acks', '-q')).stdout, '')
  assert.equal((await alert('acks', '-q', '--ended')).stdout, `${id}\n`)

  const refusal = async (...args: readonly string[]) => {
    const { stdout, stderr, code } = await alert(...args)
    assert.deepEqual([stdout, code], ['', 1], stderr)
    return stderr
  }
  assert.match(await refusal('ack'), /error: no matchers specified/)
  assert.match(await refusal('ack', 'Disk', '--owner='), /error: no owner specified: use --owner/)
  assert.match(await refusal('ack', 'Disk', '--owner=ann', '--for=soon'), /422.*duration/)
  assert.match(await refusal('ack', 'Nothing', '--owner=ann'), /no alert that fires matches/)
  assert.match(await refusal('unack'), /error: no acknowledgement IDs specified/)
  assert.match(await refusal('unack', '../silence'), /\(status 404\)/)
})

test('amtool has no such commands', async (t) => {
  const run = runner(t, process.execPath, [join(import.meta.dirname, '../../../cli/amtool/main.ts')])
  const { stdout } = await run(['alert', '--help'])
  assert.doesNotMatch(stdout, /\back\b/)
})
