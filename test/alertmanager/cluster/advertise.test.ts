import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advertisedAddress } from '../../../alertmanager/cluster/advertise.ts'

const EVERYWHERE = { host: '0.0.0.0', port: 9094 }
const usual = { configured: '', bound: EVERYWHERE, allowPublic: false, hasPeers: true }

test('others are told what is configured, else the address that is listened on', () => {
  assert.equal(advertisedAddress({ ...usual, configured: 'am-0.am:1234' }).address, 'am-0.am:1234')
  assert.equal(advertisedAddress({ ...usual, configured: '10.1.2.3:0' }).address, '10.1.2.3:9094')
  assert.equal(advertisedAddress({ ...usual, bound: { host: '192.0.2.1', port: 5 } }).address, '192.0.2.1:5')
  assert.equal(advertisedAddress({ ...usual, bound: { host: 'fd00::1', port: 5 } }).address, '[fd00::1]:5')
})

test('of all addresses of the machine a private one is told', () => {
  for (const own of ['10.0.0.5', '172.31.0.5', '192.168.1.5', '100.64.0.5']) {
    assert.equal(advertisedAddress({ ...usual, addresses: ['198.51.100.7', own] }).address, `${own}:9094`)
  }
  const addresses = ['198.51.100.7', '2001:db8::1', 'fd12::5']
  assert.equal(advertisedAddress({ ...usual, addresses }).address, '[fd12::5]:9094')
})

test('a public one is told only if that is allowed; else members cannot be found, and alone it does not matter', () => {
  const addresses = ['172.32.0.5', '198.51.100.7']
  assert.equal(advertisedAddress({ ...usual, addresses, allowPublic: true }).address, '172.32.0.5:9094')
  assert.throws(() => advertisedAddress({ ...usual, addresses }), { code: 'CLUSTER_ADDRESS_UNKNOWN' })
  const alone = advertisedAddress({ ...usual, addresses, hasPeers: false })
  assert.equal(alone.address, '127.0.0.1:9094')
  assert.match(alone.warning ?? '', /no private IP/)
  assert.equal(advertisedAddress({ ...usual, bound: { host: '::', port: 1 }, addresses: [] }).address, '[::1]:1')
})
