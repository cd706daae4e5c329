import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { type LocatedCase, loadCases } from '../../../agent/check/cases.ts'
import { compareOutcome } from '../../../agent/check/compare.ts'
import { runCase } from '../../../agent/check/run-case.ts'
import * as configModule from '../../../agent/config.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

function casesOf(t: TestContext, text: string): readonly LocatedCase[] {
  const file = join(temporaryDirectory(t), 'cases.yaml')
  writeFileSync(file, text)
  return loadCases(file)
}

/** Runs the first test of a file and returns what came out and what differs, as `what: expected, actual`. */
async function run(t: TestContext, text: string, settings: readonly string[] = []) {
  const [first] = casesOf(t, text)
  const config = loadConfig(configModule, { overrides: [...settings], env: {} })
  const outcome = await runCase(config, first!)
  const mismatches = compareOutcome(first!.expect, outcome)
  return { ...outcome, mismatches: mismatches.map(({ what, expected, actual }) => `${what}: ${expected}, ${actual}`) }
}

test('lines go through the pipeline as they do on a node, metadata and all, and nothing waits for a clock', async (t) => {
  const text = `
tests:
  - name: everything
    input:
      - namespace: shop
        pod: web-7d9f4-x2kqp
        container: app
        restart_count: 3
        labels: {app: web, pod-template-hash: 7d9f4}
        annotations: {team: pay}
        image: registry.example.org/shop/web:1.2
        owner: {kind: ReplicaSet, name: web-7d9f4}
        lines: |
          level=error msg="no \${MONEY}" trace_id=0AF7651916CD43DD8448EB211C80319C span_id=b7ad6b7169203331
          java.lang.IllegalStateException: closed
              at a.b.C.d(C.java:1)
      - namespace: shop
        pod: web-7d9f4-x2kqp
        container: app
        restart_count: 3
        stream: stderr
        lines: an end without a newline
    expect:
      records:
        - body_matches: '^level=.*\\$\\{MONEY\\}'
          severity: ERROR
          severity_text: error
          severity_number: 17
          trace_id: 0af7651916cd43dd8448eb211c80319c
          span_id: b7ad6b7169203331
          attributes: {log.iostream: stdout}
          resource:
            k8s.namespace.name: shop
            k8s.pod.name: web-7d9f4-x2kqp
            k8s.container.restart_count: 3
            k8s.pod.label.app: web
            k8s.pod.annotation.team: pay
            k8s.deployment.name: web
            k8s.node.name: node-1
            container.image.name: registry.example.org/shop/web
          absent: [k8s.pod.label.team]
        - body: |
            java.lang.IllegalStateException: closed
                at a.b.C.d(C.java:1)
        - body: an end without a newline
          attributes: {log.iostream: stderr}
`
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('vedette-check-'))
  const settings = ['metadata.annotations=[team]', 'logs.multiline.flush_after=3m', 'node_name=node-1']
  const { mismatches, records } = await run(t, text, settings)
  assert.deepEqual(mismatches, [], JSON.stringify(records, undefined, 2))
  const after = readdirSync(tmpdir()).filter((name) => name.startsWith('vedette-check-'))
  assert.deepEqual(after, before)
})

test('raw bytes are those of the file: torn ends, both formats, and what is none', async (t) => {
  const text = `
tests:
  - name: raw
    input:
      - pod: cri-0
        raw: "2026-11-21T10:46:00.5+05:30 stdout P one \\n2026-11-21T05:16:00.6Z stdout F two\\nno format\\n2026-11-21T05:16:01Z stderr F torn"
      - pod: docker-0
        raw: |
          {"log":"three\\n","stream":"stdout","time":"2026-11-21T05:16:02Z"}
    expect:
      records:
        - {body: one two, time: '2026-11-21T10:46:00.5+05:30'}
        - {body: no format}
        - {body: torn}
        - {body: three, resource: {k8s.pod.name: docker-0}, time: '2026-11-21T05:16:02Z'}
`
  assert.deepEqual((await run(t, text)).mismatches, [])
})

test('long lines are split as the runtime does and come out whole; docker is imitated where it is configured', async (t) => {
  const body = 'é'.repeat(20_000)
  const text = `tests: [{name: long, input: [{lines: "${body}"}], expect: {records: [{body: "${body}"}]}}]`
  for (const format of ['auto', 'cri']) {
    const { mismatches, records } = await run(t, text, [`logs.format=${format}`])
    assert.deepEqual(mismatches, [])
    assert.equal(records.length, 1)
  }
  const ascii = text.replaceAll('é', 'x')
  assert.deepEqual((await run(t, ascii, ['logs.format=docker'])).mismatches, [])
})

test('what is excluded does not come out, and without metadata there are no labels', async (t) => {
  const text = `
tests:
  - name: selection
    input:
      - {container: app, labels: {app: web}, lines: taken}
      - {container: proxy, lines: left out}
    expect:
      count: 1
      records: [{body: taken, absent: [k8s.pod.label.app]}]
`
  const { mismatches } = await run(t, text, ['logs.exclude=[{container: proxy}]', 'metadata.source=none'])
  assert.deepEqual(mismatches, [])
})

test('annotations of a pod steer its lines as they do on a node', async (t) => {
  const text = `
tests:
  - name: annotations
    input:
      - {pod: web-0, annotations: {vedette.dev/exclude: 'true'}, lines: left out}
      - {pod: web-1, annotations: {fluentbit.io/exclude: 'true'}, lines: left out too}
      - {pod: web-2, annotations: {vedette.dev/parser: 'off'}, lines: ERROR not looked at}
    expect:
      records: [{body: ERROR not looked at, severity_number: 0, absent: [k8s.pod.annotation.vedette.dev/parser]}]
`
  assert.deepEqual((await run(t, text)).mismatches, [])
})

test('what differs is told field by field', async (t) => {
  const given = (expect: string) =>
    run(t, `tests: [{name: x, input: [{lines: "INFO one\\nWARN two\\nthree"}], expect: ${expect}}]`)
  const cases = [
    ['{count: 2}', ['count: 2, 3']],
    ['{count: 3, records: [{body: WARN two}, {body: three}]}', []],
    [
      '{count: 3, records: [{body: three}, {body: WARN two}]}',
      ['records[1]: {"body":"WARN two"}, none like this behind record 3'],
    ],
    ['{records: [{body: INFO one}]}', ['record 2: no more records, "WARN two"']],
    ['{records: [{}, {}, {}, {severity: INFO}]}', ['record 4: {"severity":"INFO"}, no such record']],
    ['{dropped: 1, dropped_by: {sampled: 1}}', ['dropped: 1, 0', 'dropped_by.sampled: 1, 0']],
    [
      '{records: [{severity: WARN, body: one}, {time: 2020-01-01T00:00:00Z, body_matches: ^x}, {attributes: {a: 1}, absent: [log.iostream]}]}',
      [
        /^record 1: body: "one", "INFO one"$/,
        /^record 1: severity: "WARN", "INFO"$/,
        /^record 2: body: something that matches \^x, "WARN two"$/,
        /^record 2: time: "2020-01-01T00:00:00Z", "2\d{3}-/,
        /^record 3: attributes\.a: 1, nothing$/,
        /^record 3: log\.iostream: no such attribute, "stdout"$/,
      ],
    ],
  ] as const
  for (const [expect, expected] of cases) {
    const { mismatches } = await given(expect)
    assert.equal(mismatches.length, expected.length, `${expect}: ${mismatches.join('; ')}`)
    for (const [index, text] of expected.entries()) {
      if (typeof text === 'string') assert.equal(mismatches[index], text)
      else assert.match(mismatches[index]!, text)
    }
  }
})

test('a file of tests is checked like a configuration, with the place of each mistake', (t) => {
  const wrong = `
tests:
  - name: no assertion
    input: [{lines: a, raw: b}]
    expect: {}
  - name: mistakes
    inptu: []
    input:
      - pod: ../../etc
    expect:
      records:
        - {body_matches: '(', severity: WARNING}
`
  const problems = (text: string) => {
    try {
      casesOf(t, text)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  const found = problems(wrong)
  assert.match(found, /cases\.yaml:7:5 {2}error .*tests\[1\] has no option "inptu"; did you mean "input"\?/)
  assert.match(found, /cases\.yaml:9:14 {2}error .*"\.\.\/\.\.\/etc" does not have the form/)
  assert.match(found, /cases\.yaml:12:41 .*severity must be one of TRACE, /)
  const later = problems(wrong.replace('inptu: []', '').replace('../../etc', 'web-0').replace('WARNING', 'WARN'))
  assert.match(later, /an input has either lines/)
  assert.match(later, /cases\.yaml:5:5 .*expect asserts nothing/)
  assert.match(later, /not a regular expression of RE2/)
  assert.match(problems('tests: []'), /tests needs at least one entry/)
  assert.match(problems(''), /tests is required/)
})

test('what rules drop is dropped, by rule', async (t) => {
  const text = `
tests:
  - name: rules
    input:
      - lines: |
          level=debug a
          level=error b
          GET /healthz
    expect:
      records: [{body: level=error b}]
      dropped: 2
      dropped_by: {rule:debug: 1, rule:2: 1}
`
  const rules = 'logs.rules=[{name: debug, max_severity: DEBUG, action: drop}, {contains: /healthz, action: drop}]'
  const { mismatches } = await run(t, text, [rules])
  assert.deepEqual(mismatches, [])
})
