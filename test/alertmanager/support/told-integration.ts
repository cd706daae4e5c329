import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import type { IntegrationKind } from '../../../alertmanager/config/receivers/formats.ts'
import type { IntegrationConfig } from '../../../alertmanager/config/receivers/receivers.ts'
import { CREATORS } from '../../../alertmanager/notify/creators.ts'
import type { HttpTransport } from '../../../alertmanager/notify/http/request.ts'
import { createHttpTransport } from '../../../alertmanager/notify/http/transport.ts'
import type { IntegrationDeps } from '../../../alertmanager/notify/integration.ts'
import type { Integration, Notification, NotifyFailure, NotifyResult } from '../../../alertmanager/notify/receiver.ts'
import { TemplateError } from '../../../alertmanager/template/template-error.ts'
import type { Templates } from '../../../alertmanager/template/templates.ts'
import { type Answer, type CapturedRequest, type CaptureServer, captureServer } from './capture-server.ts'
import { flushed, notificationOf } from './flushed.ts'
import { integrationDeps } from './integration-deps.ts'

/** An integration whose service is a server of the test. */
export interface ToldIntegration {
  readonly server: CaptureServer
  /** Tells something that fires, if not told what. */
  tell(notification?: Notification): Promise<NotifyResult>
}

export interface ToldOptions {
  /** The integration as YAML in flow style, for a service at this URL. */
  readonly options: (url: string) => string
  /** The same for `global`. */
  readonly global?: (url: string) => string
  readonly answer?: (request: CapturedRequest) => Answer
  readonly files?: Readonly<Record<string, string>>
  readonly deps?: Partial<IntegrationDeps>
  /** The base of URLs that no configuration can change; the server stands in for it. */
  readonly fixedBase?: string
}

export const FIRING = notificationOf([flushed({ alertname: 'A', team: '<x>' })], { alertname: 'A' })
export const RESOLVED = notificationOf([flushed({ alertname: 'A', team: '<x>' }, { firing: false })], {
  alertname: 'A',
})

const NEVER = new AbortController().signal

/** Knows the status and one label, and fails as the engine does for anything else. */
const SMALL_TEMPLATES: Templates = {
  text: render,
  html: (source, data) => `html ${render(source, data)}`,
}

function render(source: string, data: Parameters<Templates['text']>[1]): string {
  const text = source
    .replaceAll('{{ .Status }}', data.status)
    .replaceAll('{{ .CommonLabels.team }}', data.commonLabels.get('team') ?? '')
    .replaceAll(/\{\{ template "([\w.]+)" \. \}\}/g, '<$1>')
  if (text.includes('{{')) throw new TemplateError(`template: :1:3: executing "" at <.Nope>: nope`)
  return text
}

export async function toldIntegration(
  t: TestContext,
  kind: IntegrationKind,
  { options, global = () => '{}', answer, files = {}, deps = {}, fixedBase = '' }: ToldOptions,
): Promise<ToldIntegration> {
  const server = await captureServer(t, answer)
  const config = integrationConfig(kind, options(server.url), global(server.url))
  const made = integrationDeps(`${kind}_configs[0]`, { files, templates: SMALL_TEMPLATES, ...deps })
  const transport = createHttpTransport({
    config: 'http_config' in config.options ? config.options.http_config : assert.fail('no integration over HTTP'),
    userAgent: 'Alertmanager/0.34.0',
    readFile: made.readFile,
  })
  const create: (config: never, deps: IntegrationDeps) => Integration = await CREATORS[kind]()
  const reroute: HttpTransport = ({ url, ...request }, signal) => {
    return transport({ ...request, url: fixedBase === '' ? url : url.replace(fixedBase, server.url) }, signal)
  }
  const integration = create(config.options as never, { ...made, http: () => reroute })
  return { server, tell: (notification = FIRING) => integration.notify(notification, NEVER) }
}

/** What the configuration of an integration is read as. */
export function integrationConfig(kind: IntegrationKind, options: string, global = '{}'): IntegrationConfig {
  const result = readAlertmanagerConfig(yamlOf(kind, options, global), 'test.yml')
  assert.ok(result.ok, JSON.stringify(result))
  return result.config.receivers[0]!.integrations[0]!
}

/** What is said of a configuration that is wrong: `line:column message`. */
export function configErrors(kind: IntegrationKind, options: string, global = '{}'): string[] {
  const result = readAlertmanagerConfig(yamlOf(kind, options, global), 'test.yml')
  return result.ok ? [] : result.diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

/** The options stand in line 4, from column 3. */
function yamlOf(kind: IntegrationKind, options: string, global: string): string {
  return `global: ${global}\nroute: {receiver: a}\nreceivers: [{name: a, ${kind}_configs: [\n  ${options}]}]\n`
}

export function failed(result: NotifyResult): NotifyFailure {
  assert.ok(!result.ok)
  return result
}

type RetryRow = readonly [answer: Answer, retryable: boolean, reason: string, message?: RegExp]

const OVERLOADED: Answer = { status: 429, headers: { 'retry-after': '7' } }

/** The retries of a service that says by its status what went wrong. */
export const HTTP_RETRIES: readonly RetryRow[] = [
  [{ status: 400, body: 'bad' }, false, 'clientError', /answered 400: "bad"/],
  [{ status: 401 }, false, 'authError'],
  [{ status: 404 }, false, 'clientError', /check the url/],
  [OVERLOADED, true, 'rateLimited'],
  [{ status: 500 }, true, 'serverError'],
  [{ status: 503 }, true, 'serverError'],
]

/** Each answer makes a failure of its kind that says where it comes from; no message holds `hunter2`, the secret of these tests. */
export async function checkRetries(
  t: TestContext,
  kind: IntegrationKind,
  given: ToldOptions,
  rows: readonly RetryRow[] = HTTP_RETRIES,
): Promise<void> {
  let now: Answer = {}
  const { answer = () => now } = given
  const told = await toldIntegration(t, kind, { ...given, answer: (request) => ({ ...now, ...answer(request) }) })
  for (const [answered, retryable, reason, message = /./] of rows) {
    now = answered
    const result = failed(await told.tell())
    const row = JSON.stringify(answered)
    assert.deepEqual([result.retryable, result.reason], [retryable, reason], row)
    assert.match(result.message, message, row)
    assert.match(result.message, new RegExp(`^${kind}_configs\\[0\\]: `), row)
    assert.doesNotMatch(result.message, /hunter2/, row)
    if (answered.headers?.['retry-after'] !== undefined) assert.equal(result.retryAfterMs, 7_000, row)
  }
}
