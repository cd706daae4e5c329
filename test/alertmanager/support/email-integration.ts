import assert from 'node:assert/strict'
import type { Clock } from '#lib/clock.ts'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { createMailTransport } from '../../../alertmanager/notify/email/create-mail-transport.ts'
import { createEmail } from '../../../alertmanager/notify/email/email.ts'
import type { HttpTransport } from '../../../alertmanager/notify/http/request.ts'
import type { Integration } from '../../../alertmanager/notify/receiver.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { integrationDeps } from './integration-deps.ts'

interface EmailDeps {
  readonly to?: string
  readonly files?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly http?: HttpTransport
}

/** An email integration for two recipients whose mail server listens there; `more` is appended to its options in YAML. */
export function emailIntegration(port: number, more: string, deps: EmailDeps = {}): Integration {
  const {
    to = 'Ann <a@mail.test>, b@mail.test',
    files = {},
    clock = new ManualClock(),
    http = () => Promise.reject(new Error('no HTTP here')),
  } = deps
  const smtp = `smtp_smarthost: '127.0.0.1:${port}', smtp_from: 'Router <router@mail.test>'`
  const receiver = `{name: a, email_configs: [{to: '${to}'${more}}]}`
  const yaml = `{global: {${smtp}}, route: {receiver: a}, receivers: [${receiver}]}`
  const result = readAlertmanagerConfig(yaml, 'test.yml')
  assert.ok(result.ok, JSON.stringify(result))
  const integration = result.config.receivers[0]?.integrations[0]
  assert.ok(integration?.kind === 'email')
  const readFile = (path: string) => Promise.resolve(files[path] ?? Promise.reject(new Error(`no ${path}`)))
  const transport = createMailTransport({ config: integration.options, index: 0, readFile, clock, http: () => http })
  const templates = createTemplates({ patterns: [], directory: '.', clock })
  return createEmail(
    integration.options,
    integrationDeps('email_configs[0]', { clock, templates, mail: () => transport }),
  )
}
