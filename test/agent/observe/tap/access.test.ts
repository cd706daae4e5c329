import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TapRequest, tapRefusal } from '../../../../agent/observe/tap/access.ts'

function request(remoteAddress: string, localAddress: string, headers: Record<string, string> = {}): TapRequest {
  const socket = { remoteAddress, localAddress }
  return { socket, headers: { host: '127.0.0.1:9465', ...headers } }
}

test('only processes of the same machine or pod may look, unless all may or nobody', () => {
  const near = [
    request('127.0.0.1', '127.0.0.1'),
    request('::1', '::1', { host: '[::1]:9465' }),
    request('::ffff:127.0.0.1', '::ffff:127.0.0.1', { host: 'localhost:9465' }),
    // From within the pod, at the pod's address.
    request('10.1.2.3', '10.1.2.3', { host: '10.1.2.3:9465' }),
    request('::ffff:10.1.2.3', '10.1.2.3', { host: '[fd00::1]:9465' }),
  ]
  for (const each of near) {
    assert.equal(tapRefusal('local', each), undefined)
    assert.equal(tapRefusal('off', each), 'web.tap is off')
  }
  const far = [
    [request('10.1.2.4', '10.1.2.3'), /^the request is from 10\.1\.2\.4$/],
    [request('127.0.0.1', '127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }), /proxy/],
    [request('127.0.0.1', '127.0.0.1', { via: '1.1 gateway' }), /proxy/],
    [request('127.0.0.1', '127.0.0.1', { host: 'evil.example:9465' }), /for the host evil\.example$/],
    [request('127.0.0.1', '127.0.0.1', { host: '' }), /for the host $/],
  ] as const
  for (const [each, reason] of far) {
    assert.match(tapRefusal('local', each) ?? '', reason)
    assert.equal(tapRefusal('anyone', each), undefined)
  }
})
