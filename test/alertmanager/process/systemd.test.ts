import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemdSockets } from '#lib/http/systemd-sockets.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { routerFlags, spawnRouter } from '../support/router-process.ts'

const EXECUTABLE = join(import.meta.dirname, '../../../cli/alertmanager')

test('sockets are this process’ own only if they are said to be', () => {
  assert.deepEqual(systemdSockets({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7), [{ fd: 3 }, { fd: 4 }])
  for (const env of [
    {},
    { LISTEN_PID: '8', LISTEN_FDS: '2' },
    { LISTEN_PID: '7' },
    { LISTEN_PID: '7', LISTEN_FDS: '0' },
  ]) {
    assert.deepEqual(systemdSockets(env, 7), [])
  }
})

test('it serves on a socket that systemd has opened', async (t) => {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as { port: number }
  const { fd } = Reflect.get(socket, '_handle') as { fd: number }
  const flags = [...routerFlags(temporaryDirectory(t)), '--config.file=', '--web.systemd-socket']
  const shell = ['-c', 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@"', 'sh', EXECUTABLE, ...flags]
  const child = spawn('sh', shell, { stdio: ['ignore', 'ignore', 'pipe', fd] })
  t.after(() => child.kill('SIGKILL'))
  // The child has it now. Open here too, connections would come to this process as often as to that one.
  socket.close()
  const exited = once(child, 'exit')
  let said = ''
  for await (const chunk of child.stderr!) {
    said += String(chunk)
    if (said.includes('TLS is disabled')) break
  }
  assert.match(said, new RegExp(`msg="Listening on" address=127\\.0\\.0\\.1:${port}\n`))
  assert.equal((await fetch(`http://127.0.0.1:${port}/api/v2/status`)).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual((await exited)[0], 0)
})

test('without sockets from systemd it does not start', async (t) => {
  const flags = [...routerFlags(temporaryDirectory(t)), '--config.file=', '--web.systemd-socket']
  const exit = await spawnRouter(t, flags).exit()
  assert.equal(exit.code, 1)
  assert.match(exit.stderr, /cannot listen on sockets from systemd: it handed none over/)
})
