import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readVersion } from '#lib/version.ts'
import { ContainerFiles } from '../../support/container-files.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ServiceProcess } from '../../support/service-process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const agent = (t: TestContext, ...argv: string[]) => new ServiceProcess(t, 'agent', argv)

/** Flags of an agent that touches nothing but a temporary directory. */
function flagsIn(directory: string, endpoint = 'http://127.0.0.1:1'): string[] {
  const pods = join(directory, 'pods')
  mkdirSync(pods, { recursive: true })
  const flags = ['--logs.pods-dir', pods, '--storage.path', join(directory, 'state')]
  return [...flags, '--web.listen-address', '127.0.0.1:0', '--set', `ship.endpoints=["${endpoint}"]`]
}

test('--version and --help answer on standard output and end', async (t) => {
  const version = agent(t, '--version')
  assert.equal(await version.exited, 0)
  assert.deepEqual([version.stdout, version.stderr], [`vedette agent ${readVersion()}\n`, ''])
  const help = agent(t, '--help')
  assert.equal(await help.exited, 0)
  assert.match(help.stdout, /^Usage: vedette agent \[flags\]\n/)
  for (const flag of ['config.file', 'config.check', 'set', 'logs.pods-dir', 'web.listen-address', 'log.level']) {
    assert.match(help.stdout, new RegExp(`^ {2}--${flag} .*\\w`, 'm'))
  }
})

test('a wrong command line is named, exit 2, nothing started', async (t) => {
  const child = agent(t, '--no-such-flag')
  assert.equal(await child.exited, 2)
  assert.match(child.stderr, /^vedette agent: .*--no-such-flag.*\nRun the command with --help/)
  assert.equal(child.stdout, '')
})

test('--config.check prints the effective configuration with secrets masked, and starts nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const flags = [...flagsIn(directory), '--set', 'ship.headers.Authorization=hunter2', '--default', 'log.level=debug']
  const child = agent(t, '--config.check', ...flags)
  assert.equal(await child.exited, 0)
  assert.match(child.stdout, /^ {4}Authorization: <secret>$/m)
  assert.match(child.stdout, /^ {2}level: debug$/m)
  assert.equal(child.stderr, '')
  assert.equal(existsSync(join(directory, 'state')), false)
})

test('a configuration file that is missing is said, exit 1', async (t) => {
  const missing = agent(t, '--config.file', join(temporaryDirectory(t), 'agent.yaml'))
  assert.equal(await missing.exited, 1)
  assert.match(
    missing.stderr,
    /^vedette agent: cannot read the configuration file .*agent.yaml: ENOENT.*\nCheck the path/,
  )
})

test('SIGTERM drains and ends with 0; the management pages answered until then', async (t) => {
  const child = agent(t, ...flagsIn(temporaryDirectory(t)))
  const [, url] = await child.until(/msg=ready web=(\S+) /)
  assert.deepEqual([(await fetch(`${url}/-/healthy`)).status, (await fetch(`${url}/-/ready`)).status], [200, 200])
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^vedette_agent_build_info\{/m)
  child.child.kill('SIGTERM')
  assert.equal(await child.exited, 0)
  assert.match(child.stderr, /msg=stopping reason=SIGTERM\n(?:.|\n)*msg=stopped\n$/)
  assert.equal(child.stdout, '')
})

test('a second Ctrl-C ends at once what the first one drains', async (t) => {
  const directory = temporaryDirectory(t)
  const hung = await HttpPeer.start(t)
  const asked = new Promise<void>((resolve) => {
    // What the agent says of itself comes first, and no stop waits for it.
    hung.answer = (response, { url }) => (url === '/v1/logs' ? resolve() : response.end())
  })
  const flags = flagsIn(directory, hung.url)
  new ContainerFiles(join(directory, 'pods')).write(['waits for an answer'])
  const child = agent(t, ...flags)
  await asked
  child.child.kill('SIGINT')
  await child.until(/msg=stopping reason=SIGINT/)
  child.child.kill('SIGINT')
  assert.equal(await child.exited, 130)
})

test('two processes never share a directory, and a directory is free again however its process ended', async (t) => {
  const directory = temporaryDirectory(t)
  const first = agent(t, ...flagsIn(directory))
  await first.until(/msg=ready/)
  const second = agent(t, ...flagsIn(directory))
  assert.equal(await second.exited, 1)
  assert.match(
    second.stderr,
    /^vedette agent: state_dir: directory .*state is in use by another process\nTwo processes/m,
  )
  first.child.kill('SIGKILL')
  assert.equal(await first.exited, 'SIGKILL')
  const third = agent(t, ...flagsIn(directory))
  await third.until(/msg=ready/)
})

test('an address that is taken and a directory that cannot be made are named, with the key to change', async (t) => {
  const directory = temporaryDirectory(t)
  const peer = await HttpPeer.start(t)
  const address = new URL(peer.url).host
  const taken = agent(t, ...flagsIn(directory), '--web.listen-address', address)
  assert.equal(await taken.exited, 1)
  assert.ok(taken.stderr.includes(`vedette agent: web.listen_address: address ${address} is already in use\nStop the`))
  writeFileSync(join(directory, 'file'), '')
  const blocked = agent(t, ...flagsIn(directory), '--storage.path', join(directory, 'file', 'state'))
  assert.equal(await blocked.exited, 1)
  assert.match(blocked.stderr, /^vedette agent: state_dir: cannot write in directory .*: ENOTDIR/m)
})
