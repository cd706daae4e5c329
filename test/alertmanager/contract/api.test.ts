import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8 } from '#lib/labels.ts'
import { parseMatcher } from '#lib/matcher-syntax.ts'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { startBoth, without } from './both.ts'

const yamlFor = (url: string) => `
route:
  receiver: b.all
  group_by: [alertname]
  group_wait: 1h
  routes:
    - {receiver: a, match: {severity: page}, continue: true}
    - {receiver: b.all, match: {severity: page}, group_by: ['...']}
    - {receiver: quiet, matchers: ['team=""', 'severity!~"page|"']}
receivers:
  - {name: quiet}
  - {name: b.all, webhook_configs: [{url: "${url}"}]}
  - {name: a}
`

/** Differs between any two runs, or came after the release that Debian has. */
const VOLATILE = new Set(['updatedAt', 'mutedBy', 'routeLabels'])

const far = new Date(Date.now() + 3_600_000).toISOString()
const times = { startsAt: '2026-01-02T03:04:05.678901234+02:00', endsAt: far }
const ALERTS = [
  { labels: { alertname: 'A', n: '2', job: 'b' }, annotations: { s: '<b>&"\u2028\n\t\\é𝄞', e: '' }, ...times },
  { labels: { alertname: 'A', n: '1', instance: 'i' }, generatorURL: 'http://p/g?a=1&b=2', ...times },
  { labels: { alertname: 'P', severity: 'page', dropped: '' }, ...times },
  { labels: { alertname: 'P', severity: 'page', job: 'a', team: 'x' }, ...times },
  { labels: { severity: 'info' }, ...times },
  { labels: { alertname: 'ended' }, startsAt: times.startsAt, endsAt: '2026-01-03T00:00:00Z' },
]

const FILTERS = [
  '',
  ...['filter=alertname="A"', 'filter=alertname=A', 'filter=alertname!=A', 'filter=alertname=~"A|P"', 'filter=n=""'],
  ...['filter=n!=""', 'filter=severity=~"p.*"&filter=team="x"', 'filter=job!~"b"', 'filter=alertname=~"p"'],
  ...['receiver=a', 'receiver=b', 'receiver=b.all', 'receiver=.*', 'receiver=', 'receiver=(', 'receiver=nobody'],
  ...['active=false', 'active=maybe', 'silenced=false', 'inhibited=no', 'unprocessed=false', 'other=1'],
  ...['filter=a', 'filter={a="b"', 'filter=a=~"("', 'filter==b', 'filter=a="b",c="d"', 'filter=a=b"c', 'filter='],
].map((query) => query.replaceAll('"', '%22').replaceAll('{', '%7B'))

test(
  'alerts, groups and receivers are shown as the original shows them',
  missing(ALERTMANAGER, 'alertmanager'),
  async (t) => {
    const both = await startBoth(t, yamlFor)
    for (const response of await both.post('/api/v2/alerts', ALERTS)) {
      assert.deepEqual([response.status, await response.text()], [200, ''])
    }
    for (const path of ['/api/v2/alerts', '/api/v2/alerts/groups']) {
      for (const query of FILTERS) {
        const [ours, theirs] = await both.get(`${path}?${query}`)
        const [ourText, theirText] = [await ours.text(), await theirs.text()]
        assert.equal(ours.status, theirs.status, `${path}?${query}: ${ourText} ${theirText}`)
        assert.equal(ours.headers.get('content-type'), theirs.headers.get('content-type'))
        if (theirs.status !== 200) continue
        // The receivers of an alert in a group come in no order.
        const sorted = (key: string, value: unknown) =>
          key === 'receivers' ? (value as { name: string }[]).map(({ name }) => name).sort(compareUtf8) : value
        const shown = (text: string) => JSON.stringify(without(JSON.parse(text, sorted), VOLATILE), null, 1)
        assert.equal(shown(ourText), shown(theirText), `${path}?${query}`)
      }
    }
    const [ourReceivers, theirReceivers] = await both.get('/api/v2/receivers')
    // Debian's release lists them in no order.
    const names = async (response: Response) => ((await response.json()) as { name: string }[]).map(({ name }) => name)
    assert.deepEqual(new Set(await names(ourReceivers)), new Set(await names(theirReceivers)))
  },
)

/** The original lists allowed methods in no order. */
function methodsSorted(text: string): string {
  return text.replace(/but \[(.*)\] are/, (_whole, list: string) => list.split(',').sort(compareUtf8).join())
}

const BODIES: readonly [what: string, body: string, type?: string][] = [
  ['nothing', ''],
  ['broken JSON', '[{'],
  ['no array', '{}'],
  ['null', 'null'],
  ['no alerts', '[]'],
  ['an alert of nothing', '[{}]'],
  ['no labels', '[{"labels":{}}]'],
  ['empty labels only', '[{"labels":{"a":""}}]'],
  ['a number for a label', '[{"labels":{"a":1}}]'],
  ['a bad time', '[{"labels":{"a":"b"},"startsAt":"soon"}]'],
  [
    'an end before the start',
    '[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]',
  ],
  ['zero times', '[{"labels":{"a":"b"},"startsAt":"0001-01-01T00:00:00.000Z","endsAt":"0001-01-01T00:00:00.000Z"}]'],
  ['a time without a zone', '[{"labels":{"a":"b"},"startsAt":"2026-01-02T00:00:00"}]'],
  ['a bad link', '[{"labels":{"a":"b"},"generatorURL":"foo bar"}]'],
  ['one good, one bad', '[{"labels":{"a":"good"}},{"labels":{}}]'],
  ['a strange type', '[]', 'text/plain'],
  ['unknown fields', '[{"labels":{"a":"b"},"x":1}]'],
  ['names in another case', '[{"Labels":{"a":"b"},"STARTSAT":"2026-01-02T00:00:00Z"}]'],
  ['no labels in the end', '[{"Labels":{"a":"b"},"labels":null}]'],
  ['a bad time in another case', '[{"labels":{"a":"b"},"startsat":"soon"}]'],
]

test(
  'what is wrong with a request is said with the same status and form',
  missing(ALERTMANAGER, 'alertmanager'),
  async (t) => {
    const both = await startBoth(t, yamlFor)
    const sides = [both.ours.router.url, both.theirs.router.url]
    for (const [what, body, type = 'application/json'] of BODIES) {
      const answers = await Promise.all(
        sides.map(async (url) => {
          const answer = await fetch(`${url}/api/v2/alerts`, {
            method: 'POST',
            body,
            headers: { 'content-type': type },
          })
          const text = await answer.text()
          const value: unknown = text === '' ? undefined : JSON.parse(text)
          const form = typeof value === 'object' && value !== null ? { ...value, message: '' } : typeof value
          return { status: answer.status, form }
        }),
      )
      assert.deepEqual(answers[0], answers[1], what)
    }
    for (const [method, path] of [
      ['GET', '/api/v2/nope'],
      ['PUT', '/api/v2/alerts'],
      ['POST', '/api/v2/status'],
      ['DELETE', '/api/v2/alerts/groups'],
      ['GET', '/-/healthy'],
      ['HEAD', '/-/ready'],
      ['GET', '/-/reload'],
      ['POST', '/-/reload'],
    ]) {
      const [ours, theirs] = await Promise.all(sides.map(async (url) => await fetch(url + path, { method: method! })))
      assert.equal(ours!.status, theirs!.status, `${method} ${path}`)
      if (path!.startsWith('/api/'))
        assert.equal(methodsSorted(await ours!.text()), methodsSorted((await theirs!.text()).trimEnd()))
    }
  },
)

const ODDLY_WRITTEN = [
  '[{"endsAt":"2100-01-01T00:00:00Z","Labels":{"alertname":"one","A":"x"},"STARTSAT":"2026-01-02T00:00:00Z","generatorurl":"http://x/"}]',
  '[{"endsat":"2100-01-01T00:00:00Z","labels":{"alertname":"two"},"Labels":{"b":"x"},"annotations":{"a":"1","b":"1"},"ANNOTATIONS":{"b":"2"}}]',
  '[{"endsat":"2100-01-01T00:00:00Z","label\u017f":{"alertname":"three"},"startsAt":"2026-01-02T00:00:00Z","startsat":null}]',
  '[{"endsat":"2100-01-01T00:00:00Z","labels":null,"\\u004cabels":{"alertname":"four"},"startsat":"2026-01-02T00:00:00Z","startsAt":"2026-01-03T00:00:00Z"}]',
]

test('members of a body are found as the original finds them', missing(ALERTMANAGER, 'alertmanager'), async (t) => {
  const both = await startBoth(t, yamlFor)
  const far = '"endsat":"2100-01-01T00:00:00Z"'
  const silence = `{"Comment":"c","createdBy":"x","CREATEDBY":"y","matchers":[{"Name":"a","Value":"b","ISREGEX":false}],"startsat":"2099-01-01T00:00:00Z",${far}}`
  const shown = await Promise.all(
    [both.ours.router.url, both.theirs.router.url].map(async (url) => {
      const post = async (path: string, body: string) => {
        const answer = await fetch(url + path, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/json' },
        })
        assert.equal(answer.status, 200, `${body}: ${await answer.text()}`)
      }
      for (const body of ODDLY_WRITTEN) await post('/api/v2/alerts', body)
      await post('/api/v2/silences', silence)
      const lists = ['/api/v2/alerts', '/api/v2/silences'].map(async (path) => (await fetch(url + path)).json())
      return without(await Promise.all(lists), new Set([...VOLATILE, 'id']))
    }),
  )
  assert.deepEqual(shown[0], shown[1])
})

for (const prefix of ['', '/am']) {
  const below = prefix === '' ? 'the root' : prefix
  test(
    `the root of the API leads to the one with a slash, below ${below}`,
    missing(ALERTMANAGER, 'alertmanager'),
    async (t) => {
      const flags = [`--web.route-prefix=${prefix}`]
      const both = await startBoth(t, yamlFor, undefined, flags)
      for (const path of ['', '/', '?a=%20b&<x>"', '/?x']) {
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
          const [ours, theirs] = await Promise.all(
            [both.ours.router.url, both.theirs.router.url].map(async (url) => {
              const headers = { origin: 'http://o' }
              const answer = await fetch(`${url}${prefix}/api/v2${path}`, { method, headers, redirect: 'manual' })
              const shown = ['location', 'content-type'].map((name) => answer.headers.get(name))
              return { status: answer.status, headers: shown, text: await answer.text() }
            }),
          )
          assert.deepEqual(ours, theirs, `${method} ${path}`)
        }
      }
    },
  )
}

test('the status has the same keys', missing(ALERTMANAGER, 'alertmanager'), async (t) => {
  const both = await startBoth(t, yamlFor)
  const [ours, theirs] = (await Promise.all((await both.get('/api/v2/status')).map((answer) => answer.json()))) as [
    Record<string, object>,
    Record<string, object>,
  ]
  assert.deepEqual(Object.keys(ours), Object.keys(theirs))
  for (const key of ['cluster', 'config', 'versionInfo']) {
    assert.deepEqual(new Set(Object.keys(ours[key]!)), new Set(Object.keys(theirs[key]!)), key)
  }
})

test('a filter is a filter to both, or to neither', missing(ALERTMANAGER, 'alertmanager'), async (t) => {
  const { theirs } = await startBoth(t, yamlFor)
  const piece = fc.constantFrom(
    'a',
    'b_1',
    ':c',
    '=',
    '!=',
    '=~',
    '!~',
    '"',
    '\\',
    '\\"',
    '\\n',
    ',',
    ' ',
    '{',
    '}',
    'é',
    '.*',
    '1',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 7 }), async (pieces) => {
      const text = pieces.join('')
      const answer = await fetch(`${theirs.router.url}/api/v2/alerts?${new URLSearchParams({ filter: text })}`)
      await answer.arrayBuffer()
      assert.equal(parseMatcher(text, 'classic').ok, answer.status === 200, text)
    }),
    { numRuns: 300 },
  )
})
