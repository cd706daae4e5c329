import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const RECEIVERS = 'receivers: [{name: a}]'
const routes = (route: string) => `route: {receiver: a, ${route}}\n${RECEIVERS}`
const child = (route: string) => routes(`routes: [{${route}}]`)
const more = (section: string) => `route: {receiver: a}\n${RECEIVERS}\n${section}`
const http = (http: string) => more(`global: {http_config: {${http}}}`)
const interval = (part: string) => more(`time_intervals: [{name: x, time_intervals: [{${part}}]}]`)

/** One mistake each, and what amtool says of it: its words stand in ours. */
const SAME: readonly (readonly [yaml: string, words: string])[] = [
  ['', 'no route provided in config'],
  [RECEIVERS, 'no routes provided'],
  [`route: {}\n${RECEIVERS}`, 'root route must specify a default receiver'],
  [routes('matchers: [a=b]'), 'root route must not have any matchers'],
  [routes('match: {a: b}'), 'root route must not have any matchers'],
  [
    `${routes('mute_time_intervals: [x]')}\ntime_intervals: [{name: x}]`,
    'root route must not have any mute time intervals',
  ],
  [
    `${routes('active_time_intervals: [x]')}\ntime_intervals: [{name: x}]`,
    'root route must not have any active time intervals',
  ],
  [routes('continue: true'), 'cannot have continue in root route'],
  [child('receiver: b'), 'undefined receiver "b" used in route'],
  [child('mute_time_intervals: [x]'), 'undefined time interval "x" used in route'],
  [child('active_time_intervals: [x]'), 'undefined time interval "x" used in route'],
  ['route: {receiver: a}\nreceivers: [{name: a}, {name: a}]', 'notification config name "a" is not unique'],
  ['route: {receiver: a}\nreceivers: [{name: a}, {webhook_configs: []}]', 'missing name in receiver'],
  [more('mute_time_intervals: [{name: x}, {name: x}]'), 'mute time interval "x" is not unique'],
  [more('time_intervals: [{name: x}, {name: x}]'), 'time interval "x" is not unique'],
  [more('mute_time_intervals: [{time_intervals: []}]'), 'missing name in mute time interval'],
  [more('time_intervals: [{time_intervals: []}]'), 'missing name in time interval'],
  [child('group_interval: 0s'), 'group_interval cannot be zero'],
  [child('repeat_interval: 0s'), 'repeat_interval cannot be zero'],
  [child('group_by: [b, b]'), 'duplicated label "b" in group_by'],
  [child("match: {'a-b': c}"), 'invalid label name "a-b"'],
  [child("matchers: ['b']"), 'bad matcher format: b'],
  [more("global: {smtp_smarthost: 'mail:'}"), 'address "mail:": port cannot be empty'],
  [
    more('global: {opsgenie_api_key: a, opsgenie_api_key_file: b}'),
    'at most one of opsgenie_api_key & opsgenie_api_key_file must be configured',
  ],
  [http('authorization: {type: Basic}'), 'authorization type cannot be set to "basic", use "basic_auth" instead'],
  [http('basic_auth: {}, authorization: {}'), 'at most one of basic_auth, oauth2 & authorization must be configured'],
  [http('bearer_token: a, authorization: {}'), 'authorization is not compatible with bearer_token & bearer_token_file'],
  [
    http('bearer_token: a, basic_auth: {}'),
    'at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured',
  ],
  [http('oauth2: {client_secret: a, token_url: "http://b"}'), 'oauth2 client_id must be configured'],
  [http('oauth2: {client_secret: a, client_id: b}'), 'oauth2 token_url must be configured'],
  [interval("times: [{start_time: '09:00'}]"), 'both start and end times must be provided'],
  [interval("times: [{start_time: '9:00', end_time: '10:00'}]"), "couldn't parse timestamp 9:00, invalid format"],
  [
    interval("times: [{start_time: '10:00', end_time: '10:00'}]"),
    'start time cannot be equal or greater than end time',
  ],
  [interval('weekdays: [mon]'), 'mon is not a valid weekday'],
  [interval("weekdays: ['friday:monday']"), 'start day cannot be before end day'],
  [interval("weekdays: ['a:b:c']"), "couldn't parse range a:b:c, invalid format"],
  [interval("days_of_month: ['0']"), '0 is not a valid day of the month: out of range'],
  [interval("days_of_month: ['-1:3']"), 'end day must be negative if start day is negative'],
  [interval("days_of_month: ['20:-20']"), 'end day -20 is always before start day 20'],
  [interval('months: [jan]'), 'jan is not a valid month'],
  [interval("months: ['may:january']"), 'end month january is before start month may'],
  [interval("years: ['2026:2024']"), 'end year 2024 is before start year 2026'],
  [interval('location: Europe/Atlantis'), 'unknown time zone Europe/Atlantis'],
]

/** What came after release 0.25, or is worded otherwise since. */
const LATER: readonly (readonly [yaml: string, words: string])[] = [
  [child("group_by: ['...', b]"), 'cannot have wildcard group_by (`...`) and other labels at the same time'],
  [child("group_by: ['']"), 'invalid label name "" in group_by list'],
  [child("labels: {'': x}"), 'invalid label name "" in route labels'],
  [
    'route: {receiver: a}\nreceivers: [{name: a, labels: {name: b}}]',
    'receiver label "name" must match receiver name "a", got "b"',
  ],
  [http('no_proxy: a'), 'if no_proxy is configured, proxy_url must also be configured'],
  [
    http('proxy_from_environment: true, proxy_url: "http://p"'),
    'if proxy_from_environment is configured, proxy_url must not be configured',
  ],
]

function messagesOf(yaml: string): readonly string[] {
  const result = readAlertmanagerConfig(yaml, 'mistake.yml')
  return result.ok ? [] : result.diagnostics.map(({ message }) => message)
}

for (const [yaml, words] of [...SAME, ...LATER]) {
  test(`one mistake is one message, in upstream's words: ${words}`, () => {
    const messages = messagesOf(yaml)
    assert.equal(messages.length, 1, messages.join('\n'))
    assert.ok(messages.join().includes(words), messages.join())
  })
}

test('amtool says the same', missing(AMTOOL, 'amtool'), (t) => {
  const file = join(temporaryDirectory(t), 'mistake.yml')
  const otherwise = SAME.flatMap(([yaml, words]) => {
    writeFileSync(file, yaml)
    const { stdout, status } = spawnSync(AMTOOL!, ['check-config', file], { encoding: 'utf8' })
    return status === 1 && stdout.includes(words) ? [] : [`${words}: ${stdout}`]
  })
  assert.deepEqual(otherwise, [])
})
