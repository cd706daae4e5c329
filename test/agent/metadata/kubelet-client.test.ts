import assert from 'node:assert/strict'
import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import { KubeletClient, type KubeletClientOptions } from '../../../agent/metadata/kubelet-client.ts'
import { MetadataError } from '../../../agent/metadata/metadata-error.ts'
import { FakeKubelet } from '../../support/fake-kubelet.ts'
import { podListOf } from '../../support/pod-lists.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'

const NEVER = new AbortController().signal
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl'
const tls = { skip: OPENSSL_MISSING }

function clientOf(t: TestContext, url: string, options: Partial<KubeletClientOptions> = {}): KubeletClient {
  const defaults = { tokenFile: '', caFile: '', insecureSkipVerify: false, timeoutMs: 30_000 }
  const client = new KubeletClient({ url, ...defaults, clock: systemClock, files: systemFiles, ...options })
  t.after(() => client.close())
  return client
}

async function setUp(t: TestContext, options: Partial<KubeletClientOptions> = {}) {
  const kubelet = await FakeKubelet.start(t)
  kubelet.token = TOKEN
  kubelet.pods = podListOf('uid-1')
  const tokenFile = join(temporaryDirectory(t), 'token')
  writeFileSync(tokenFile, `${TOKEN}\n`)
  const client = clientOf(t, kubelet.url, { tokenFile, caFile: kubelet.caFile, ...options })
  return { kubelet, client, tokenFile }
}

/** The error of a request; nobody may find the token in it. */
async function failure(client: KubeletClient, signal = NEVER): Promise<MetadataError> {
  const error = await client.fetchPods(signal).then(
    () => assert.fail('it should have failed'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof MetadataError, String(error))
  for (const part of TOKEN.split('.')) assert.ok(!`${error.message}${error.stack}`.includes(part), error.message)
  return error
}

test('pods over TLS, with a token, on one connection', tls, async (t) => {
  const { kubelet, client } = await setUp(t)
  for (let round = 0; round < 3; round++) assert.equal(String(await client.fetchPods(NEVER)), podListOf('uid-1'))
  assert.deepEqual([kubelet.requests.length, kubelet.connections], [3, 1])
  assert.equal(kubelet.requests[0]!.authorization, `Bearer ${TOKEN}`)
})

test(
  'a token that was replaced is taken up before it is refused, through links as the kubelet makes them',
  tls,
  async (t) => {
    const { kubelet } = await setUp(t)
    const volume = temporaryDirectory(t)
    const put = (version: string, token: string) => {
      mkdirSync(join(volume, version))
      writeFileSync(join(volume, version, 'token'), token)
      symlinkSync(version, join(volume, '..data_tmp'))
      renameSync(join(volume, '..data_tmp'), join(volume, '..data'))
    }
    put('..1', TOKEN)
    symlinkSync('..data/token', join(volume, 'token'))
    const client = clientOf(t, kubelet.url, { tokenFile: join(volume, 'token'), caFile: kubelet.caFile })
    await client.fetchPods(NEVER)
    put('..2', 'second')
    kubelet.token = 'second'
    await client.fetchPods(NEVER)
    assert.deepEqual(
      kubelet.requests.map(({ authorization }) => authorization),
      [`Bearer ${TOKEN}`, 'Bearer second'],
    )
  },
)

test('on a 401 the token is read again even if its file seems to be the same', tls, async (t) => {
  const { kubelet, client, tokenFile } = await setUp(t)
  utimesSync(tokenFile, 1, 1)
  await client.fetchPods(NEVER)
  const renewed = TOKEN.replace('c2lnbmF0dXJl', 'c2lnbmF0dXJm')
  writeFileSync(tokenFile, `${renewed}\n`)
  utimesSync(tokenFile, 1, 1)
  kubelet.token = renewed
  await client.fetchPods(NEVER)
  assert.deepEqual(kubelet.requests.length, 3)

  kubelet.token = 'another'
  const error = await failure(client)
  assert.deepEqual([error.code, error.reason], ['KUBELET_UNAUTHORIZED', 'unauthorized'])
  assert.equal(kubelet.requests.length, 4, 'the same token is not sent again')
})

test('a refusal says who lacks which right', tls, async (t) => {
  const { kubelet, client } = await setUp(t)
  const user = 'system:serviceaccount:vedette:agent'
  kubelet.pods = (response) =>
    response.writeHead(403).end(`Forbidden (user=${user}, verb=get, resource=nodes, subresource(s)=[pods proxy])`)
  const error = await failure(client)
  assert.equal(error.code, 'KUBELET_FORBIDDEN')
  assert.match(error.message, /user system:serviceaccount:vedette:agent/)
  assert.match(error.cure, /nodes\/pods/)
  kubelet.pods = (response, { headers }) =>
    response.writeHead(403).end(`Forbidden (user=${headers.authorization?.slice(7)}, verb=get)`)
  assert.match((await failure(client)).message, /refuses \/pods to us/)
})

test('a certificate is checked, unless it shall not be', tls, async (t) => {
  const { kubelet, client, tokenFile } = await setUp(t, { caFile: '' })
  const refused = await failure(client)
  assert.equal(refused.code, 'KUBELET_CERTIFICATE')
  assert.match(refused.message, /self-signed certificate/)
  const other = await FakeKubelet.start(t)
  assert.equal((await failure(clientOf(t, kubelet.url, { caFile: other.caFile }))).code, 'KUBELET_CERTIFICATE')
  assert.equal(kubelet.requests.length, 0, 'no token went to whom is not trusted')
  const byName = clientOf(t, kubelet.url.replace('127.0.0.1', '127.0.0.2'), { caFile: kubelet.caFile })
  assert.notEqual((await failure(byName)).code, 'KUBELET_TIMEOUT')
  await clientOf(t, kubelet.url, { tokenFile, insecureSkipVerify: true, caFile: '/missing' }).fetchPods(NEVER)
})

test('a CA that was replaced is taken up', tls, async (t) => {
  const first = await FakeKubelet.start(t)
  const caFile = join(temporaryDirectory(t), 'ca.crt')
  writeFileSync(caFile, '-----BEGIN CERTIFICATE-----\nnot yet\n-----END CERTIFICATE-----\n')
  const client = clientOf(t, first.url, { caFile })
  await failure(client)
  const { readFile } = systemFiles
  writeFileSync(caFile, await readFile(first.caFile))
  await client.fetchPods(NEVER)
})

test('files that cannot be used are named', tls, async (t) => {
  const directory = temporaryDirectory(t)
  const kubelet = await FakeKubelet.start(t)
  const file = (name: string, content: string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const cases: [Partial<KubeletClientOptions>, RegExp][] = [
    [{ tokenFile: join(directory, 'none') }, /token_file .*none: ENOENT/],
    [{ tokenFile: directory }, /token_file .*EISDIR/],
    [{ tokenFile: file('empty', ' \n') }, /token_file .*it is empty/],
    [{ tokenFile: file('split', `${TOKEN}\nx: y`) }, /token_file .*no bearer token/],
    [{ tokenFile: file('large', TOKEN.repeat(30_000)) }, /token_file .*larger/],
    [{ caFile: join(directory, 'none') }, /ca_file .*ENOENT/],
    [{ caFile: file('ca', 'hello') }, /ca_file .*no certificate/],
  ]
  for (const [options, message] of cases) {
    const error = await failure(clientOf(t, kubelet.url, { caFile: kubelet.caFile, ...options }))
    assert.equal(error.code, 'KUBELET_FILE_UNREADABLE')
    assert.match(error.message, message)
  }
  assert.equal(kubelet.requests.length, 0)
})

test('the read-only port is asked without a token', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  await clientOf(t, `${kubelet.url}/`, { tokenFile: '/missing', caFile: '/missing' }).fetchPods(NEVER)
  assert.equal(kubelet.requests[0]!.authorization, undefined)
})

test('a kubelet that hangs, before its answer or in it', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const client = clientOf(t, kubelet.url, { timeoutMs: 100 })
  kubelet.pods = () => {}
  assert.equal((await failure(client)).code, 'KUBELET_TIMEOUT')
  let drip: NodeJS.Timeout | undefined
  t.after(() => clearInterval(drip))
  kubelet.pods = (response) => {
    drip = setInterval(() => response.write(' '), 10)
  }
  assert.equal((await failure(client)).code, 'KUBELET_TIMEOUT')
})

test('an abort ends a request under way', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const abort = new AbortController()
  kubelet.pods = () => abort.abort()
  const client = clientOf(t, kubelet.url)
  await failure(client, abort.signal)
  await failure(client, abort.signal)
})

test('answers that are too large, announced or not', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const client = clientOf(t, kubelet.url, { maxBytes: 1_000 })
  kubelet.pods = 'x'.repeat(1_000)
  await client.fetchPods(NEVER)
  kubelet.pods = 'x'.repeat(1_001)
  assert.equal((await failure(client)).code, 'KUBELET_ANSWER_TOO_LARGE')
  kubelet.pods = (response) => {
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(100)));
      response.once('drain', write)
    }
    write()
  }
  assert.equal((await failure(client)).code, 'KUBELET_ANSWER_TOO_LARGE')
})

test('other answers, and answers that are cut', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const client = clientOf(t, kubelet.url)
  for (const status of [204, 301, 302, 404, 500, 503]) {
    kubelet.pods = (response) => response.writeHead(status, { location: `${kubelet.url}/elsewhere` }).end()
    const error = await failure(client)
    assert.deepEqual([error.code, error.message.includes(String(status))], ['KUBELET_STATUS', true])
  }
  assert.equal(kubelet.requests.length, 6, 'redirects are not followed')
  kubelet.pods = (response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{"items":', () => response.destroy())
  }
  assert.equal((await failure(client)).code, 'KUBELET_UNREACHABLE')
  kubelet.pods = (response) => response.socket?.end('not http at all\r\n\r\n')
  assert.equal((await failure(client)).code, 'KUBELET_UNREACHABLE')
})

test('a kubelet that was restarted is asked on a new connection', tls, async (t) => {
  const { kubelet, client } = await setUp(t)
  await client.fetchPods(NEVER)
  await kubelet.stop()
  const error = await failure(client)
  assert.deepEqual([error.code, error.message.includes('ECONNREFUSED')], ['KUBELET_UNREACHABLE', true])
  await kubelet.listen()
  await client.fetchPods(NEVER)
  await kubelet.stop()
  await kubelet.listen()
  await client.fetchPods(NEVER)
})

test('a kept connection that turns out to be dead is no failure, a new one is', async (t) => {
  const kubelet = await FakeKubelet.start(t, { plain: true })
  const client = clientOf(t, kubelet.url)
  let asked = 0
  kubelet.pods = (response) => {
    asked += 1
    if (asked === 2 || asked === 4 || asked === 5) response.destroy()
    else response.end('{"items":[]}')
  }
  await client.fetchPods(NEVER)
  await client.fetchPods(NEVER)
  assert.deepEqual([asked, kubelet.connections], [3, 2])
  assert.equal((await failure(client)).code, 'KUBELET_UNREACHABLE')
  assert.equal(asked, 5)
})
