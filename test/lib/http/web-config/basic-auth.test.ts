import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { hashSync } from 'bcryptjs'
import { BasicAuth, parseBasic } from '#lib/http/web-config/basic-auth.ts'
import { TokenBucket } from '#lib/http/web-config/token-bucket.ts'

const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test('a basic header has a user, a colon and a password in which there may be more of them', () => {
  assert.deepEqual(parseBasic(header('u:p:q')), { user: 'u', password: 'p:q' })
  assert.deepEqual(parseBasic(header('ü:é').replace('Basic', 'bASIC')), { user: 'ü', password: 'é' })
  assert.deepEqual(parseBasic(header(':')), { user: '', password: '' })
  for (const text of [undefined, '', 'Basic', 'Basic !', header('nocolon'), `Bearer ${btoa('a:b')}`]) {
    assert.equal(parseBasic(text), undefined, String(text))
  }
})

function auth(t: TestContext) {
  const basicAuth = new BasicAuth()
  t.after(() => basicAuth.stop())
  return basicAuth
}

test('the right password of a known user is let in, again and again, and nothing else is', async (t) => {
  const basicAuth = auth(t)
  const users = new Map([['alice', hashSync('right', 4)]])
  const ask = (text: string) => basicAuth.check(header(text), users)
  for (let round = 0; round < 2; round++) {
    assert.equal(await ask('alice:right'), 'granted')
    assert.equal(await ask('alice:wrong'), 'denied')
    assert.equal(await ask('bob:right'), 'denied')
    assert.equal(await ask('nobody:'), 'denied')
    assert.equal(await basicAuth.check(undefined, users), 'denied')
  }
  users.set('alice', hashSync('other', 4))
  assert.equal(await ask('alice:right'), 'denied', 'what was right before the hash changed')
  assert.equal(await ask('alice:other'), 'granted')
})

test('who asks at the same time shares the answer; too many different questions are put off', async (t) => {
  const basicAuth = auth(t)
  const users = new Map([['alice', hashSync('right', 4)]])
  const same = await Promise.all(Array.from({ length: 200 }, () => basicAuth.check(header('alice:right'), users)))
  assert.deepEqual(new Set(same), new Set(['granted']))
  const guesses = Array.from({ length: 100 }, (_, index) => basicAuth.check(header(`alice:${index}`), users))
  const known = await basicAuth.check(header('alice:right'), users)
  const results = await Promise.all(guesses)
  assert.deepEqual([known, results.filter((result) => result === 'busy').length], ['granted', 36])
})

test('tokens come at their pace and are saved up to a number', () => {
  const bucket = new TokenBucket({ intervalMs: 100, burst: 2, nowMs: 0 })
  const taken = [0, 0, 0, 99, 100, 150, 210, 1_000, 1_000, 1_000].map((nowMs) => bucket.take(nowMs))
  assert.deepEqual(taken, [true, true, false, false, true, false, true, true, true, false])
})
