import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { spawnRouter } from '../support/router-process.ts'
import { peersOf, seen, startMember } from './cluster-process.ts'
import { makeCertificates, writeTlsConfig } from './support/certificates.ts'

test('members with the same key find each other; one with another and one without any stay out', async (t) => {
  const directory = temporaryDirectory(t)
  const [right, wrong] = ['right', 'wrong'].map((name) => {
    const file = join(directory, name)
    writeFileSync(file, `${name.repeat(8)}\n`)
    return `--cluster.key-file=${file}`
  })
  const a = await startMember(t, { directory, name: 'a', flags: [right!] })
  const peers = [a.address]
  const [b, c, d] = await Promise.all([
    startMember(t, { directory, name: 'b', peers, flags: [right!] }),
    startMember(t, { directory, name: 'c', peers, flags: [wrong!] }),
    startMember(t, { directory, name: 'd', peers }),
  ])
  await seen([a, b], 'a b')
  for (const outsider of [c, d])
    await outsider.router.child.printed(/level=warn [^\n]*it has no shared key, or another one/)
  await a.router.reached('alertmanager_cluster_connections_refused_total{reason="key"}', 2)
  assert.deepEqual([await peersOf(a), await peersOf(c), await peersOf(d)], ['a b', 'c', 'd'])
  assert.doesNotMatch(a.router.child.stderr, /whoever reaches the cluster port/)
  assert.match(d.router.child.stderr, /level=warn [^\n]*whoever reaches the cluster port/)
  for (const { router } of [a, b, c]) assert.doesNotMatch(router.child.stderr, /rightright|wrongwrong/)
})

test('members with certificates find each other; without one, or with one of somebody else, nobody comes in', async (t) => {
  const directory = temporaryDirectory(t)
  if (!['ours', 'theirs'].every((authority) => makeCertificates(directory, authority))) {
    return t.skip('needs openssl')
  }
  const trusting = (authority: string) => [`ca_file: ${authority}-ca.pem`]
  const showing = (authority: string) => [`cert_file: ${authority}.pem`, `key_file: ${authority}.key`]
  const flag = (authority: string, lines: readonly string[]) => [
    `--cluster.tls-config=${writeTlsConfig(directory, authority, lines)}`,
  ]
  const ours = flag('ours', [...trusting('ours'), ...showing('ours')])
  const a = await startMember(t, { directory, name: 'a', flags: ours })
  const peers = [a.address]
  const [b, c, d, e] = await Promise.all([
    startMember(t, { directory, name: 'b', peers, flags: ours }),
    startMember(t, { directory, name: 'c', peers, flags: flag('ours', trusting('ours')) }),
    startMember(t, {
      directory,
      name: 'd',
      peers,
      flags: flag('theirs', [...trusting('theirs'), ...showing('theirs')]),
    }),
    startMember(t, { directory, name: 'e', peers }),
  ])
  await seen([a, b], 'a b')
  for (const { router } of [c, d, e]) await router.reached('alertmanager_cluster_refresh_join_failed_total', 1)
  await a.router.reached('alertmanager_cluster_connections_refused_total{reason="tls"}', 2)
  assert.deepEqual(await Promise.all([a, c, d, e].map(peersOf)), ['a b', 'c', 'd', 'e'])
  assert.ok((await b.router.metric('alertmanager_tls_transport_packet_bytes_received_total')) > 0)
  assert.doesNotMatch(a.router.child.stderr, /whoever reaches the cluster port/)
})

test('a key or certificates that cannot be used are said, and nothing starts', async (t) => {
  const directory = temporaryDirectory(t)
  const write = (name: string, text: string) => {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }
  const cases: readonly (readonly [string, RegExp])[] = [
    [`--cluster.key-file=${write('short', 'tooshort')}`, /short, cannot be used: it has 8 bytes; 16 to 4096 are taken/],
    [`--cluster.key-file=${join(directory, 'absent')}`, /absent, cannot be used: ENOENT/],
    [`--cluster.tls-config=${write('half.yml', 'tls_client_config: {}')}`, /missing 'tls_server_config' entry/],
    [`--cluster.tls-config=${write('typo.yml', 'tls_server: {}')}`, /typo\.yml:1:1/],
  ]
  for (const [flag, expected] of cases) {
    const flags = ['--config.file=', '--cluster.listen-address=127.0.0.1:0', `--storage.path=${directory}/data`, flag]
    const { code, stderr } = await spawnRouter(t, flags).exit()
    assert.equal(code, 1)
    assert.match(stderr, expected)
    assert.doesNotMatch(stderr, /tooshort/)
  }
})
