import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

interface RawAnswer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

/** Sends exactly these bytes, as no client would change them. */
function send(url: string, request: string): Promise<RawAnswer> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () => socket.write(request.replaceAll('\n', '\r\n')))
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
      const [first = '', ...lines] = head.split('\r\n')
      const headers = lines.map((line): [string, string] => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      })
      resolve({ status: Number(first.split(' ')[1]), headers: new Map(headers), body })
    })
  })
}

const start = (t: TestContext): Promise<RouterClient> =>
  startRouter(t, temporaryDirectory(t), 'route: {receiver: a}\nreceivers: [{name: a}]\n')

const JSON_TYPE = 'Content-Type: application/json'

/** Method and path, headers, body; status, and the body that comes back: a text for itself, a list for code and message. */
type Row = readonly [
  line: string,
  headers: readonly string[],
  body: string,
  status: number,
  answer: string | readonly [code: number, message: string | RegExp],
]

const UNACCEPTABLE = [406, 'unsupported media type requested, only [application/json] are available'] as const
const NO_DATE = /^parsing alerts body from "" failed, because parsing time "soon"/

const ROWS: readonly Row[] = [
  ['GET /api/v2/nope', [], '', 404, [404, 'path /api/v2/nope was not found']],
  ['GET /api/v2/silence/', [], '', 404, [404, 'path /api/v2/silence/ was not found']],
  ['PUT /api/v2/alerts', [], '', 405, [405, 'method PUT is not allowed, but [GET,POST] are']],
  ['OPTIONS /api/v2/status', [], '', 405, [405, 'method OPTIONS is not allowed, but [GET] are']],
  [
    'POST /api/v2/silence/abc',
    [],
    '',
    405,
    [405, /^method POST is not allowed, but \[(?:GET,DELETE|DELETE,GET)\] are$/],
  ],
  ['GET /api/v2/alerts', ['Accept: text/plain'], '', 406, UNACCEPTABLE],
  ['GET /api/v2/alerts', ['Accept: application/json;q=0'], '', 406, UNACCEPTABLE],
  ['GET /api/v2/alerts', ['Accept: text/html, */*;q=0.1'], '', 200, '[]\n'],
  ['GET /api/v2/alerts/', ['Accept: application/*'], '', 200, '[]\n'],
  ['GET //api/v2//alerts', [], '', 200, '[]\n'],
  ['POST /api/v2/alerts', [JSON_TYPE, 'Accept: text/plain'], '[]', 200, ''],
  ['POST /api/v2/alerts', ['Content-Type: application/json; charset=utf-8'], '[]', 200, ''],
  [
    ...(['POST /api/v2/alerts', ['Content-Type: text/plain'], '[]', 415] as const),
    [415, 'unsupported media type "text/plain", only [application/json] are allowed'],
  ],
  [
    ...(['POST /api/v2/alerts', [], '[]', 415] as const),
    [415, 'unsupported media type "application/octet-stream", only [application/json] are allowed'],
  ],
  [
    ...(['POST /api/v2/alerts', ['Content-Type: bad/'], '[]', 400] as const),
    [400, 'parsing Content-Type header from "bad/" failed, because mime: expected token after slash'],
  ],
  ['POST /api/v2/alerts', [JSON_TYPE], '', 422, [602, 'alerts in body is required']],
  ['POST /api/v2/silences', [JSON_TYPE], '', 422, [602, 'silence in body is required']],
  ['POST /api/v2/alerts', [JSON_TYPE], '[{', 400, [400, /^parsing alerts body from "" failed, because /]],
  [
    'POST /api/v2/alerts',
    [JSON_TYPE],
    '[{"labels":{"a":1}}]',
    400,
    [400, /^parsing alerts body from "" failed, because /],
  ],
  ['POST /api/v2/alerts', [JSON_TYPE], '[{"labels":{"a":"b"},"startsAt":"soon"}]', 400, [400, NO_DATE]],
  ['POST /api/v2/alerts', [JSON_TYPE], '[{}]', 422, [602, '0.labels in body is required']],
  [
    ...(['POST /api/v2/alerts', [JSON_TYPE], '[{"labels":{"a":"b"},"generatorURL":"foo bar"}]', 422] as const),
    [601, '0.generatorURL in body must be of type uri: "foo bar"'],
  ],
  ['POST /api/v2/alerts', [JSON_TYPE], '[{"labels":{"a":""}}]', 400, '"at least one label pair required"\n'],
  ['GET /api/v2/silence/abc', [], '', 422, [601, 'silenceID in path must be of type uuid: "abc"']],
  ['GET /api/v2/silence/9f0c6c5e-0000-4000-8000-000000000000', [], '', 404, ''],
  ['GET /api/v2/alerts?filter=a', [], '', 400, '"bad matcher format: a"\n'],
  [
    'GET /api/v2/alerts?receiver=(',
    [],
    '',
    400,
    '"failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`"\n',
  ],
]

test('requests are refused with the statuses and words of upstream', async (t) => {
  const router = await start(t)
  for (const [line, headers, body, status, answer] of ROWS) {
    const lengths = line.startsWith('POST') ? [`Content-Length: ${body.length}`] : []
    const head = [`${line} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers, ...lengths]
    const got = await send(router.url, `${head.join('\n')}\n\n${body}`)
    const what = `${line} ${headers.join()} ${body}: ${got.body}`
    assert.equal(got.status, status, what)
    assert.equal(got.headers.get('cache-control'), 'no-store', what)
    if (typeof answer === 'string') assert.equal(got.body, answer, what)
    else {
      const { code, message } = JSON.parse(got.body) as { code: number; message: string }
      assert.equal(code, answer[0], what)
      if (typeof answer[1] === 'string') assert.equal(message, answer[1], what)
      else assert.match(message, answer[1], what)
    }
  }
})

test('pages of other origins may use the simple methods', async (t) => {
  const router = await start(t)
  const preflight = (...headers: readonly string[]) => {
    const all = ['Host: a', 'Connection: close', 'Origin: http://page.test', ...headers]
    return send(router.url, `OPTIONS /api/v2/silences HTTP/1.1\n${all.join('\n')}\n\n`)
  }
  const post = await preflight('Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: content-type')
  assert.equal(post.status, 200)
  assert.equal(post.headers.get('access-control-allow-origin'), '*')
  assert.equal(post.headers.get('access-control-allow-methods'), 'POST')
  assert.equal(post.headers.get('access-control-allow-headers'), 'content-type')
  for (const refused of [
    await preflight('Access-Control-Request-Method: DELETE'),
    await preflight('Access-Control-Request-Method: POST', 'Access-Control-Request-Headers: x-own'),
  ]) {
    assert.equal(refused.status, 200)
    assert.equal(refused.headers.get('access-control-allow-origin'), undefined)
  }
  const get = await send(router.url, 'GET /api/v2/alerts HTTP/1.1\nHost: a\nOrigin: http://b\nConnection: close\n\n')
  assert.deepEqual([get.headers.get('access-control-allow-origin'), get.headers.get('vary')], ['*', 'Origin'])
})

const WORDS: Readonly<Record<string, boolean>> = {
  ...{ true: true, '1': true, yes: true, ok: true, y: true, on: true, selected: true, checked: true, t: true },
  ...{ enabled: true, TRUE: true, false: false, '0': false, maybe: false, no: false, off: false, f: false, '2': false },
}

test('booleans are said in many words, and what is none of them is no', async (t) => {
  const router = await start(t)
  await router.push([{ alertname: 'A' }])
  for (const [word, isYes] of Object.entries(WORDS)) {
    const shown = (await (await router.get(`/api/v2/alerts?active=${word}`)).json()) as unknown[]
    assert.equal(shown.length === 1, isYes, word)
  }
})
