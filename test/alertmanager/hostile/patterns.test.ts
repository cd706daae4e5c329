import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { startRouter } from '../support/router-process.ts'
import { configOf } from '../support/test-router.ts'
import { peakResidentMiB } from './resident.ts'

/** Patterns on which engines that go back take for ever. */
const SLOW = ['(a+)+$', '(a|aa)+$', '(a*)*b', '(?:a?){30}a{30}', '(.*a){20}', '^(([a-z])+.)+[A-Z]([a-z])+$', '(x+x+)+y']
/** Short ones whose programs are large, and long ones. */
const LARGE = ['a{1000}'.repeat(100), '(a{10}b{10}){1000}', 'x'.repeat(50_000), '\\pL'.repeat(10_000)]
const TEXT = `${'a'.repeat(5_000)}!`
const TOO_LARGE = 'invalid regular expression: error parsing regexp: expression too large'

test('slow patterns in routes, silences and filters cost time in proportion, and large ones are refused', async (t) => {
  const hook = await captureServer(t)
  const routes = SLOW.map((pattern) => `{receiver: b, matchers: ['text=~${JSON.stringify(pattern)}']}`)
  const yaml = `
route: {receiver: a, group_by: [alertname], group_wait: 0s, routes: [${routes.join(', ')}]}
inhibit_rules: [{source_matchers: ['text=~"(a+)+b"'], target_matchers: ['text=~"(a|aa)+c"']}]
receivers: [{name: a, webhook_configs: [{url: "${hook.url}"}]}, {name: b}]\n`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  const silence = (value: string) =>
    router.post('/api/v2/silences', {
      ...{ matchers: [{ name: 'text', value, isRegex: true, isEqual: true }], createdBy: 'me', comment: 'c' },
      ...{ startsAt: new Date().toISOString(), endsAt: new Date(Date.now() + 3_600_000).toISOString() },
    })
  for (const pattern of SLOW) assert.equal((await silence(`${pattern}.*b`)).status, 200, pattern)
  for (const pattern of LARGE) {
    const answer = await silence(pattern)
    assert.deepEqual(
      [answer.status, await answer.json()],
      [400, `invalid silence: invalid label matcher 0 in set 0: ${TOO_LARGE}`],
    )
  }
  await router.push([{ alertname: 'Slow', text: TEXT }])
  await hook.received(1)
  for (const pattern of SLOW) {
    const filter = (operator: string) => `?filter=${encodeURIComponent(`text${operator}${JSON.stringify(pattern)}`)}`
    for (const path of ['/api/v2/alerts', '/api/v2/alerts/groups']) {
      assert.deepEqual(await (await router.get(path + filter('=~'))).json(), [], pattern)
      assert.equal(((await (await router.get(path + filter('!~'))).json()) as unknown[]).length, 1, pattern)
    }
    assert.equal((await router.get(`/api/v2/alerts?receiver=${encodeURIComponent(pattern)}`)).status, 200)
  }
  const [large = ''] = LARGE
  for (const query of [
    `filter=${encodeURIComponent(`a=~"${large}"`)}`,
    `receiver_matchers=a=~"${large}"`,
    `receiver=${large}`,
  ]) {
    for (const path of ['/api/v2/alerts', '/api/v2/alerts/groups']) {
      const answer = await router.get(`${path}?${query}`)
      assert.equal(answer.status, 400)
      assert.match(await answer.text(), /error parsing regexp: expression too large/)
    }
  }
  const peak = peakResidentMiB(router)
  assert.ok(peak < 500, `${peak} MiB`)
})

test('what many patterns remember of texts is bounded', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  // Letters in no order: what a pattern has to remember of them doubles with each place.
  let seed = 1
  const letter = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return 'ab'[(seed >> 16) & 1]
  }
  const texts = Array.from({ length: 20 }, () => Array.from({ length: 1_500 }, letter).join(''))
  await router.push(texts.map((text, n) => ({ alertname: 'A', n: `${n}`, text })))
  const [startsAt, endsAt] = [new Date().toISOString(), new Date(Date.now() + 3_600_000).toISOString()]
  for (let n = 0; n < 30; n++) {
    const value = `.*a.{14}[ab${n}]{0,${1 + (n % 5)}}`
    const silence = {
      matchers: [{ name: 'text', value, isRegex: true }],
      createdBy: 'me',
      comment: 'c',
      startsAt,
      endsAt,
    }
    assert.equal((await router.post('/api/v2/silences', silence)).status, 200)
  }
  assert.equal((await router.get('/api/v2/alerts')).status, 200)
  const bytes = await router.metric('alertmanager_pattern_cache_bytes')
  t.diagnostic(`${bytes} bytes`)
  assert.ok(bytes > 8 * 2 ** 20 && bytes <= 64 * 2 ** 20, `${bytes} bytes`)
})

test('a silence is not taken beyond a megabyte', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  const matchers = Array.from({ length: 100_000 }, (_item, n) => ({ name: `n${n}`, value: 'v', isRegex: false }))
  for (const path of ['/api/v2/silences', '/api/vedette/v1/silences/preview']) {
    const answer = await router.post(path, { matchers })
    assert.deepEqual(
      [answer.status, await answer.json()],
      [413, { code: 413, message: 'a silence of more than 1048576 bytes' }],
    )
  }
})

test('a configuration with a pattern of megabytes is refused, and one of 5 000 names is not', () => {
  const yamlWith = (pattern: string) =>
    `route: {receiver: a, routes: [{matchers: ['n=~"${pattern}"']}]}\nreceivers: [{name: a}]\n`
  assert.throws(() => configOf(yamlWith('x'.repeat(5_000_000))), /expression too large/)
  assert.throws(() => configOf(yamlWith('a{1000}'.repeat(2_000))), /expression too large/)
  configOf(yamlWith(Array.from({ length: 5_000 }, (_item, n) => `host-${n}.example.org`).join('|')))
})
