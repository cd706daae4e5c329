import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { startBoth, without } from './both.ts'

const YAML = 'route: {receiver: team}\nreceivers: [{name: team}]\n'
const ids = new Set(['id', 'updatedAt', 'silenceID'])

const matcher = (name: string, value: string, more: object = {}) => ({ name, value, isRegex: false, ...more })
const HOUR = 3_600_000

test('silences as the original has them', missing(ALERTMANAGER, 'Alertmanager'), async (t) => {
  const both = await startBoth(t, () => YAML)
  const sides = [both.ours.router, both.theirs.router] as const
  const nowMs = Math.floor(Date.now() / 1_000) * 1_000
  const iso = (deltaMs: number) => new Date(nowMs + deltaMs).toISOString()
  const silence = (more: object = {}) => ({
    ...{ matchers: [matcher('a', 'b')], startsAt: iso(HOUR), endsAt: iso(2 * HOUR), createdBy: 'me', comment: 'why' },
    ...more,
  })
  const readable = async (response: Response) => {
    const text = await response.text()
    return { status: response.status, type: response.headers.get('content-type'), text }
  }
  const same = async (what: string, pair: readonly [Response, Response]) => {
    const [our, their] = await Promise.all(pair.map(readable))
    const plain = (text: string) => {
      try {
        return JSON.stringify(without(JSON.parse(text), ids))
      } catch {
        return text
      }
    }
    assert.deepEqual({ ...our, text: plain(our!.text) }, { ...their, text: plain(their!.text) }, what)
    return [our!.text, their!.text] as const
  }
  const post = (what: string, body: unknown) => both.post('/api/v2/silences', body).then((pair) => same(what, pair))

  for (const [what, body] of [
    ['without matchers', silence({ matchers: [] })],
    ['nothing', {}],
    ['null', null],
    ['only a comment', { comment: '' }],
    ['a comment and an author', { comment: '', createdBy: '' }],
    ['no matchers at all', { comment: '', createdBy: '', endsAt: iso(HOUR) }],
    ['a matcher without isRegex', silence({ matchers: [{ name: 'a', value: 'b' }] })],
    ['a matcher without a name', silence({ matchers: [{ isRegex: false, value: 'b' }] })],
    ['a second matcher that is wrong', silence({ matchers: [matcher('a', 'b'), { isRegex: false }] })],
    ['no start', silence({ startsAt: undefined })],
    ['an end before the start', silence({ endsAt: iso(0) })],
    ['an end in the past', silence({ startsAt: iso(-2 * HOUR), endsAt: iso(-HOUR) })],
    ['an unknown id', silence({ id: '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5' })],
    ['an id that is none', silence({ id: 'x' })],
    [
      'only matchers that match nothing',
      silence({ matchers: [matcher('a', ''), matcher('b', '.*', { isRegex: true })] }),
    ],
  ] as const) {
    const [our] = await both.post('/api/v2/silences', body)
    if (our.status === 404 || what.startsWith('only matchers')) continue
    await post(what, body)
  }

  const kept = [
    silence({ comment: 'pending' }),
    silence({ comment: 'sooner', startsAt: iso(HOUR / 2) }),
    silence({
      startsAt: iso(HOUR + 1_000),
      matchers: [matcher('z', '1'), matcher('a', 'x|y', { isRegex: true }), matcher('c', '', { isEqual: false })],
    }),
    silence({
      matchers: [matcher('q', 'no.*', { isRegex: true, isEqual: false }), matcher('r', 's')],
      comment: 'not',
      startsAt: iso(HOUR + 2_000),
    }),
    silence({ endsAt: '2999-01-02T03:04:05.678999Z', comment: 'far', startsAt: iso(HOUR + 3_000) }),
  ]
  const made: (readonly [string, string])[] = []
  for (const body of kept) {
    const answers = await post('created', body)
    made.push([idIn(answers[0]), idIn(answers[1])])
  }

  for (const query of [
    '',
    '?filter=a%3Db',
    '?filter=a%3D~%22x%7Cy%22',
    '?filter=a%3Db&filter=c%3D',
    '?filter=c!%3D%22%22&filter=z%3D1',
    '?filter=nonsense',
  ]) {
    await same(query, await both.get(`/api/v2/silences${query}`))
  }
  const onBoth = (act: (side: 0 | 1) => Promise<Response>) => Promise.all([act(0), act(1)])
  for (const pair of made) {
    await same('one', await onBoth((side) => sides[side].get(`/api/v2/silence/${pair[side]}`)))
  }
  for (const path of ['/api/v2/silence/abc', '/api/v2/silence/5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5']) {
    await same(path, await both.get(path))
  }
  const remove = (pair: readonly [string, string]) =>
    onBoth((side) => fetch(`${sides[side].url}/api/v2/silence/${pair[side]}`, { method: 'DELETE' }))
  await same('deleted', await remove(made[0]!))
  await same('deleted again', await remove(made[0]!))
  const [ours] = await remove(['5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5', '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5'])
  assert.deepEqual([ours.status, await ours.text()], [404, ''])
  await same('not a UUID', await remove(['abc', 'abc']))

  // An update in place keeps the id; one of the matchers does not, and ends the old one.
  const update = async (index: number, more: object) => {
    const body = (side: 0 | 1) => ({ ...kept[index], ...more, id: made[index]![side] })
    const texts = await same('updated', await onBoth((side) => sides[side].post('/api/v2/silences', body(side))))
    return texts.map((text, side) => idIn(text) === made[index]![side])
  }
  assert.deepEqual(await update(1, { comment: 'changed' }), [true, true])
  assert.deepEqual(await update(2, { matchers: [matcher('z', '1')] }), [false, false])
  const states = async (side: 0 | 1) => {
    const list = (await (await sides[side].get('/api/v2/silences')).json()) as {
      comment: string
      status: { state: string }
    }[]
    return list.map(({ comment, status }) => `${comment} ${status.state}`)
  }
  const [ourStates, theirStates] = await Promise.all([states(0), states(1)])
  assert.deepEqual(ourStates.sort(), theirStates.sort())
})

test(
  'silences mute in the API at once, and are told apart by state',
  missing(ALERTMANAGER, 'Alertmanager'),
  async (t) => {
    const both = await startBoth(t, () => YAML)
    for (const { router } of [both.ours, both.theirs]) await router.push([{ alertname: 'A' }, { alertname: 'B' }])
    const endsAt = new Date(Date.now() + HOUR).toISOString()
    const zero = '0001-01-01T00:00:00.000Z'
    const body = { matchers: [matcher('alertname', 'A')], startsAt: zero, endsAt, createdBy: 'me', comment: 'why' }
    const [our, their] = await both.post('/api/v2/silences', body)
    const made = [idIn(await our.text()), idIn(await their.text())]
    for (const query of ['', '?silenced=false', '?active=false', '?silenced=false&active=false']) {
      const shown = await Promise.all((await both.get(`/api/v2/alerts${query}`)).map((response) => response.json()))
      const [first, second] = shown.map((list, side) =>
        (list as { labels: object; status: { state: string; silencedBy: string[] } }[]).map(({ labels, status }) => ({
          ...{ labels, state: status.state, silenced: status.silencedBy.map((id) => id === made[side]) },
        })),
      )
      assert.deepEqual(first, second, query)
    }
  },
)

test('what 0.25 had not: state filters, annotations, wording', async (t) => {
  const { startRouter } = await import('../support/router-process.ts')
  const { temporaryDirectory } = await import('../../support/temporary.ts')
  const router = await startRouter(t, temporaryDirectory(t), YAML)
  const endsAt = new Date(Date.now() + HOUR).toISOString()
  const zero = '0001-01-01T00:00:00.000Z'
  const silence = { matchers: [matcher('a', 'b')], startsAt: zero, endsAt, createdBy: 'me', comment: '' }
  const post = async (more: object) => {
    const response = await router.post('/api/v2/silences', { ...silence, ...more })
    return { status: response.status, answer: await response.json() }
  }
  assert.equal((await post({ annotations: { ticket: 'OPS-1' } })).status, 200)
  const later = new Date(Date.now() + HOUR / 2).toISOString()
  assert.equal((await post({ startsAt: later })).status, 200)
  const list = async (query: string) => {
    const found = (await (await router.get(`/api/v2/silences${query}`)).json()) as Record<string, unknown>[]
    return found.map(({ annotations, status }) => [annotations, (status as { state: string }).state])
  }
  assert.deepEqual(await list(''), [
    [{ ticket: 'OPS-1' }, 'active'],
    [undefined, 'pending'],
  ])
  assert.deepEqual(await list('?active=false'), [[undefined, 'pending']])
  assert.deepEqual(await list('?pending=no&expired=0'), [[{ ticket: 'OPS-1' }, 'active']])
  assert.deepEqual(await post({ id: '5d56a3e4-6e61-4dd8-a4a4-7d0f44a8b7c5' }), {
    status: 404,
    answer: 'silence not found',
  })
  assert.deepEqual(await post({ matchers: [matcher('a', '')] }), {
    status: 400,
    answer: 'invalid silence: at least one matcher must not match the empty string',
  })
  assert.equal(await router.metric('alertmanager_silences{state="active"}'), 1)
  assert.equal(await router.metric('alertmanager_silences{state="expired"}'), 0)
})

function idIn(answer: string): string {
  return (JSON.parse(answer) as { silenceID: string }).silenceID
}
