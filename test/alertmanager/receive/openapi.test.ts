import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { DEFINITIONS } from '../../../alertmanager/receive/openapi/definitions.ts'
import { openApiDocument } from '../../../alertmanager/receive/openapi/document.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { startRouter } from '../support/router-process.ts'

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly schema?: { readonly $ref: string } }>>
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>

const ajv = new Ajv({ strict: false, allErrors: true })
formats.default(ajv)

/** Every time of the API has exactly three digits after the point. */
const MILLIS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)$/
const TIMES = new Set(['startsAt', 'endsAt', 'updatedAt', 'uptime'])

const YAML = `
route:
  receiver: b
  group_by: [alertname]
  routes: [{receiver: a, matchers: [team="a"], continue: true}]
receivers: [{name: b}, {name: a, labels: {team: x}}]
`
const far = new Date(Date.now() + 3_600_000).toISOString()
const silence = {
  ...{ comment: 'c', createdBy: 'me', startsAt: '0001-01-01T00:00:00.000Z', endsAt: far },
  matchers: [{ name: 'alertname', value: 'A|B', isRegex: true }],
}
const nobody = '9f0c6c5e-0000-4000-8000-000000000000'

test('every answer of every endpoint is as the description says', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), YAML)
  const document = (await (await router.get('/api/v2/swagger.json')).json()) as { paths: Paths; basePath: string }
  assert.deepEqual(document, JSON.parse(JSON.stringify(openApiDocument('0.34.0', '/api/v2'))))
  const seen = new Set<string>()

  /** Asks, and holds status and body against the description. */
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${router.url}/api/v2${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const pattern = path.replace(/\?.*/, '').replace(/(\/silence\/).*/, '$1{silenceID}')
    const { operationId, responses } = document.paths[pattern]![method.toLowerCase()]!
    const what = `${method} ${path}: ${answer.status}`
    const response = responses[answer.status]
    assert.ok(response !== undefined, what)
    seen.add(`${operationId} ${answer.status}`)
    const text = await answer.text()
    if (response.schema === undefined) {
      assert.deepEqual([text, answer.headers.get('content-type')], ['', null], what)
      return undefined
    }
    assert.equal(answer.headers.get('content-type'), 'application/json', what)
    const value: unknown = JSON.parse(text, (key, item: unknown) => {
      if (TIMES.has(key) && typeof item === 'string') assert.match(item, MILLIS, what)
      return item
    })
    const validate = ajv.compile({ definitions: DEFINITIONS, ...response.schema })
    assert.ok(validate(value), `${what}\n${text}\n${ajv.errorsText(validate.errors)}`)
    return value
  }

  for (const path of ['/alerts', '/alerts/groups', '/silences']) assert.deepEqual(await ask('GET', path), [])
  await ask('POST', '/alerts', [
    { labels: { alertname: 'A', team: 'a' }, annotations: { s: '<é>' }, generatorURL: 'http://p/g', endsAt: far },
    { labels: { alertname: 'B' }, startsAt: '2026-01-02T03:04:05.678901+02:00', endsAt: far },
    { labels: { alertname: 'C' }, startsAt: '0001-01-01T00:00:00.000Z', endsAt: '0001-01-01T00:00:00.000Z' },
    { labels: { alertname: 'D' }, startsAt: '2026-01-02 10:00:00', generatorURL: '' },
    { labels: { alertname: 'E' }, startsAt: '2026-01-02' },
  ])
  const { silenceID } = (await ask('POST', '/silences', silence)) as { silenceID: string }
  await ask('POST', '/silences', {
    ...silence,
    annotations: { ticket: '1' },
    startsAt: far,
    endsAt: '2100-01-01T00:00:00Z',
  })
  assert.equal(((await ask('GET', '/alerts')) as unknown[]).length, 5)
  assert.equal(((await ask('GET', '/alerts?silenced=0')) as unknown[]).length, 3)
  assert.equal(((await ask('GET', '/alerts/groups')) as unknown[]).length, 5)
  assert.equal(((await ask('GET', '/silences')) as unknown[]).length, 2)
  const labelled = { name: 'a', labels: { name: 'a', team: 'x' } }
  assert.deepEqual(await ask('GET', '/receivers'), [{ name: 'b' }, labelled])
  assert.deepEqual(await ask('GET', '/receivers?receiver_matchers=team%3Dx'), [labelled])
  await ask('GET', '/status')
  await ask('GET', `/silence/${silenceID}`)
  await ask('DELETE', `/silence/${silenceID}`)

  for (const path of ['/alerts', '/alerts/groups']) {
    await ask('GET', `${path}?receiver=(`)
    await ask('GET', `${path}?filter=a`)
  }
  await ask('GET', '/receivers?receiver_matchers=a')
  await ask('GET', '/silences?filter=a')
  await ask('POST', '/alerts', [{ labels: {} }])
  await ask('POST', '/alerts', [{}])
  await ask('POST', '/silences', { ...silence, endsAt: '2020-01-01T00:00:00Z' })
  await ask('POST', '/silences', { ...silence, id: nobody })
  await ask('POST', '/silences', {})
  for (const method of ['GET', 'DELETE']) {
    await ask(method, `/silence/${nobody}`)
    await ask(method, '/silence/abc')
  }

  const described = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ operationId, responses }) => {
      return Object.keys(responses).map((status) => `${operationId} ${status}`)
    }),
  )
  // Of the limit of alerts there is a test of its own.
  assert.deepEqual(
    described.filter((each) => !seen.has(each)),
    ['postAlerts 503'],
  )
})

test('the description refers to what it has, and uses all of it', () => {
  const text = JSON.stringify(openApiDocument('1', '/'))
  const referred = new Set(Array.from(text.matchAll(/"#\/definitions\/(\w+)"/g), ([, name]) => name))
  assert.deepEqual(new Set(Object.keys(DEFINITIONS)), referred)
})
