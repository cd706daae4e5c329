import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type GoType, parseAsGo } from '../../../alertmanager/receive/go-json.ts'
import { KnownAlerts } from '../../../alertmanager/receive/known-alerts.ts'
import { decodePostableAlerts } from '../../../alertmanager/receive/postable-alerts.ts'
import { decodePostableSilence } from '../../../alertmanager/receive/postable-silence.ts'

const TYPE: GoType = { list: { struct: { labels: 'map', startsAt: 'value', comment: 'pointer' } } }

test('members are found in any case, and the last of several counts', () => {
  const rows: [json: string, expected: unknown][] = [
    ['[{"Labels":{"A":"x","a":"y"},"STARTSAT":"t"}]', { labels: { A: 'x', a: 'y' }, startsAt: 't' }],
    ['[{"startsAt":"1","startsat":"2"}]', { startsAt: '2' }],
    ['[{"startsat":"1","startsAt":"2"}]', { startsAt: '2' }],
    ['[{"startsAt":"1","startsAt":null,"comment":"1","Comment":null}]', { startsAt: '1', comment: null }],
    ['[{"labels":{"a":"1","b":"1"},"Labels":{"b":"2"}}]', { labels: { a: '1', b: '2' } }],
    ['[{"labels":{"a":"1"},"Labels":null}]', { labels: null }],
    ['[{"label\u017f":{},"\\u004cABELS":{"é\\"]":"\\\\"}}]', { labels: { 'é"]': '\\' } }],
    [' [ { "x" : [ { } , "]" , 1.5e-3 ] , "startsAt" : -1 , "labels" : { } } ] ', { startsAt: -1, labels: {} }],
    ['[{"lab els":1,"labelss":1,"__proto__":1}]', {}],
  ]
  for (const [json, expected] of rows) assert.deepEqual(parseAsGo(json, TYPE), [expected], json)
})

test('what is no list of structs is read as it is', () => {
  for (const json of ['null', '1', '"x"', '{"a":[]}', '[]', '[1,null,"x",[{}],true]', '[\n]']) {
    assert.deepEqual(parseAsGo(json, TYPE), JSON.parse(json), json)
  }
  assert.throws(() => parseAsGo('[{"labels":{}]', TYPE), SyntaxError)
})

test('without surprises it reads what everybody reads', () => {
  const item = fc.record(
    { labels: fc.dictionary(fc.string(), fc.string()), startsAt: fc.jsonValue(), comment: fc.jsonValue() },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(fc.array(item), fc.constantFrom(undefined, 1, '\t'), (items, space) => {
      const json = JSON.stringify(items, undefined, space)
      // A null in a place of its own is left out where it changes nothing.
      const given = (JSON.parse(json) as Record<string, unknown>[]).map(({ startsAt, ...rest }) => {
        return startsAt === undefined || startsAt === null ? rest : { ...rest, startsAt }
      })
      const read = (parseAsGo(json, TYPE) as Record<string, unknown>[]).map(({ startsAt, ...rest }) => {
        return startsAt === undefined ? rest : { ...rest, startsAt }
      })
      assert.deepEqual(read, given)
    }),
  )
})

test('alerts and silences of hand-written clients are taken, names of labels as they are written', () => {
  const body = Buffer.from(
    '[{"Labels":{"Alertname":"A"},"annotations":{},"GeneratorUrl":"/g","startsat":"2026-01-02T00:00:00Z"}]',
  )
  assert.equal(new KnownAlerts(10).decode(body), undefined, 'not for the short way')
  const alerts = decodePostableAlerts(body)
  assert.ok(alerts.ok)
  const [alert] = alerts.value
  assert.deepEqual(
    [`${alert?.labels}`, alert?.generatorUrl, alert?.startsAt?.ms],
    ['{Alertname="A"}', '/g', Date.parse('2026-01-02')],
  )
  const silence = decodePostableSilence(
    Buffer.from(
      '{"Comment":"c","CREATEDBY":"d","StartsAt":"2026-01-02T00:00:00Z","endsat":"2027-01-02T00:00:00Z",' +
        '"Matchers":[{"Name":"a","VALUE":"b","isregex":true,"isequal":false}]}',
    ),
  )
  assert.ok(silence.ok)
  assert.equal(silence.value.comment, 'c')
  assert.deepEqual(silence.value.matchers, [{ name: 'a', operator: '!~', value: 'b' }])
})
