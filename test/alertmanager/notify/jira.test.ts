import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import type { Answer, CapturedRequest } from '../support/capture-server.ts'
import { checkRetries, configErrors, FIRING, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const LABEL = `ALERT{${groupHash(FIRING.groupKey)}}`
const options = (url: string) =>
  `{api_url: "${url}/rest/api/2/", project: P, issue_type: Bug, summary: "S {{ .Status }}", description: "D <b>", priority: High,` +
  ' labels: [team], reopen_transition: Reopen, resolve_transition: Done, reopen_duration: 1h,' +
  ' fields: {customfield_1: {value: "{{ .Status }}"}, customfield_2: [1, yes, "2"]}, http_config: {basic_auth: {username: u, password: hunter2}}}'

/** A Jira with one issue in this category, or none. */
function jira(category?: string) {
  return ({ method, path }: CapturedRequest): Answer => {
    const issue = { key: 'P-1', fields: { status: { name: 'x', statusCategory: { key: category } } } }
    if (path.includes('/search')) return { body: JSON.stringify({ issues: category === undefined ? [] : [issue] }) }
    if (method !== 'GET') return { status: method === 'POST' ? 201 : 204, body: method === 'POST' ? '{}' : '' }
    return { body: '{"transitions":[{"id":"11","name":"Done"},{"id":"12","name":"Reopen"}]}' }
  }
}

const asked = (requests: readonly CapturedRequest[]) => requests.map(({ method, path, body }) => [method, path, body])
const search = (jql: string) =>
  `{"fields":["status"],"jql":${JSON.stringify(jql).replace('>', '\\u003e')},"maxResults":2}\n`
const OPEN = `project="P" and labels="${LABEL}" order by status ASC,resolutiondate DESC`
const FIELDS =
  '"customfield_1":{"value":"firing"},"customfield_2":[1,true,2],"description":"D \\u003cb\\u003e","issuetype":{"name":"Bug"},' +
  `"labels":["${LABEL}","team"],"priority":{"name":"High"},"project":{"key":"P"},"summary":"S firing"`

test('what fires for the first time opens an issue', async (t) => {
  const { server, tell } = await toldIntegration(t, 'jira', { options, answer: jira() })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(asked(server.requests), [
    ['POST', '/rest/api/2/search', search(`(resolutiondate is EMPTY OR resolutiondate >= -60m) and ${OPEN}`)],
    ['POST', '/rest/api/2/issue', `{"fields":{${FIELDS}}}\n`],
  ])
  const [request] = server.requests
  assert.equal(request?.headers['content-type'], 'application/json')
  assert.equal(request?.headers['accept-language'], 'en')
  assert.equal(request?.headers.authorization, `Basic ${btoa('u:hunter2')}`)
})

test('what fires on updates its issue, and opens it again if it was closed', async (t) => {
  for (const [category, moves] of [
    ['indeterminate', []],
    [
      'done',
      [
        ['GET', '/rest/api/2/issue/P-1/transitions', ''],
        ['POST', '/rest/api/2/issue/P-1/transitions', '{"transition":{"id":"12"}}\n'],
      ],
    ],
  ] as const) {
    const { server, tell } = await toldIntegration(t, 'jira', { options, answer: jira(category) })
    assert.deepEqual(await tell(), { ok: true })
    assert.deepEqual(asked(server.requests).slice(1), [
      ['PUT', '/rest/api/2/issue/P-1', `{"fields":{${FIELDS}}}\n`],
      ...moves,
    ])
  }
})

test('what is resolved closes its issue, and leaves it alone where there is none', async (t) => {
  const { server, tell } = await toldIntegration(t, 'jira', { options, answer: jira('new') })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  assert.equal(server.requests[0]?.body, search(`statusCategory != Done and ${OPEN}`))
  assert.deepEqual(asked(server.requests).at(-1), [
    ...['POST', '/rest/api/2/issue/P-1/transitions', '{"transition":{"id":"11"}}\n'],
  ])
  const none = await toldIntegration(t, 'jira', { options, answer: jira() })
  assert.deepEqual(await none.tell(RESOLVED), { ok: true })
  assert.equal(none.server.requests.length, 1)
})

test('a name that no transition has is said; no name leaves the issue open', async (t) => {
  const minimal = (url: string, more = '') =>
    `{api_url: "${url}", project: P, issue_type: Bug, summary: S, description: D, priority: "", wont_fix_resolution: "Won't", ${more}}`
  const unknown = await toldIntegration(t, 'jira', {
    options: (url) => minimal(url, 'resolve_transition: Schließen'),
    answer: jira('new'),
  })
  const result = failed(await unknown.tell(RESOLVED))
  assert.equal(result.retryable, false)
  assert.match(result.message, /can't find transition Schließen for issue P-1; transitions have the names/)
  const silent = await toldIntegration(t, 'jira', { options: minimal, answer: jira('new') })
  assert.deepEqual(await silent.tell(RESOLVED), { ok: true })
  assert.equal(silent.server.requests[0]?.body, search(`resolution != "Won't" and statusCategory != Done and ${OPEN}`))
  assert.equal(
    silent.server.requests[1]?.body,
    `{"fields":{"description":"D","issuetype":{"name":"Bug"},"labels":["${LABEL}"],"project":{"key":"P"},"summary":"S"}}\n`,
  )
})

test('texts are cut, and those that are not to be written anew are left out of updates', async (t) => {
  const { server, tell } = await toldIntegration(t, 'jira', {
    options: (url) =>
      `{api_url: "${url}", project: P, issue_type: B, priority: "", summary: {template: ${'s'.repeat(300)}}, description: {enable_update: false}}`,
    answer: jira('new'),
  })
  await tell()
  const { fields } = JSON.parse(server.requests[1]!.body)
  assert.equal(fields.summary, `${'s'.repeat(254)}…`)
  assert.equal('description' in fields, false)
})

test('the cloud is searched elsewhere, and takes documents', async (t) => {
  const rows: [description: string, expected: unknown][] = [
    [
      '"a\\nb\\n\\nc"',
      {
        ...{ version: 1, type: 'doc' },
        content: [
          {
            type: 'paragraph',
            content: [{ type: 'text', text: 'a' }, { type: 'hardBreak' }, { type: 'text', text: 'b' }],
          },
          { type: 'paragraph', content: [{ type: 'text', text: 'c' }] },
        ],
      },
    ],
    [`'{"type":"doc","version":1,"content":[]}'`, { type: 'doc', version: 1, content: [] }],
  ]
  for (const [description, expected] of rows) {
    const { server, tell } = await toldIntegration(t, 'jira', {
      options: () => `{api_type: cloud, project: P, issue_type: B, summary: S, description: ${description}}`,
      global: (url) => `{jira_api_url: "${url}/rest/api/3"}`,
      answer: jira(),
    })
    assert.deepEqual(await tell(), { ok: true })
    assert.equal(server.requests[0]?.path, '/rest/api/3/search/jql')
    assert.deepEqual(JSON.parse(server.requests[1]!.body).fields.description, expected)
  }
  const older = await toldIntegration(t, 'jira', {
    options: (url) =>
      `{api_url: "${url}/rest/api/2", api_type: cloud, project: P, issue_type: B, summary: S, description: D}`,
    answer: jira(),
  })
  await older.tell()
  assert.deepEqual(
    older.server.requests.map(({ path }) => path),
    ['/rest/api/3/search/jql', '/rest/api/2/issue'],
  )
})

test('failures are told apart, and say at which step', (t) =>
  checkRetries(t, 'jira', { options }, [
    [{ status: 400, body: '{"errorMessages":["no"]}' }, false, 'clientError', /\(when looking for the issue\)$/],
    [{ status: 401 }, false, 'authError', /check the credentials in http_config/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 503 }, true, 'serverError'],
    [{ body: '<html>' }, false, 'other', /check api_url and api_type/],
  ]))

test('a configuration that cannot work is refused', () => {
  const given = 'api_url: "http://x"'
  assert.deepEqual(configErrors('jira', `{${given}}`), ['4:3 missing project in jira_config'])
  assert.deepEqual(configErrors('jira', `{${given}, project: P}`), ['4:3 missing issue_type in jira_config'])
  assert.deepEqual(configErrors('jira', '{project: P, issue_type: B}'), ['4:3 no global Jira Cloud URL set'])
  assert.deepEqual(configErrors('jira', `{${given}, project: P, issue_type: B, api_type: server}`), [
    '4:62 unknown api_type on jira_config, must be auto, cloud or datacenter',
  ])
  assert.deepEqual(configErrors('jira', `{${given}, project: P, issue_type: B, summary: {text: x}}`), [
    '4:62 receivers[0].jira_configs[0].summary has no option "text"; it has template, enable_update',
  ])
})
