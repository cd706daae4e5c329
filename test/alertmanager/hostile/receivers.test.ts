import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { captureServer } from '../support/capture-server.ts'
import { mailbox } from '../support/mailbox.ts'
import { startRouter } from '../support/router-process.ts'
import { HTTP_CONDUCTS, hostileServer } from './hostile-http.ts'
import { hostileSmtp, type Misconduct, STEPS, type Step } from './hostile-smtp.ts'
import { peakResidentMiB } from './resident.ts'

const GROUPS = 10

/** A router with one receiver that holds these and a good one of each kind; resolves when the good ones were told of each group. */
async function tellBeside(t: TestContext, kind: 'webhook' | 'email', bad: readonly string[]): Promise<void> {
  const [hook, mail] = [await captureServer(t), await mailbox(t)]
  const email = (port: number) => emailTo(port)
  const webhooks = [...(kind === 'webhook' ? bad : []), `{url: "${hook.url}"}`]
  const emails = [...(kind === 'email' ? bad : []), email(mail.port)]
  const yaml = `
route: {receiver: a, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers:
  - name: a
    webhook_configs: [${webhooks.join(', ')}]
    email_configs: [${emails.join(', ')}]
`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  const alerts = Array.from({ length: GROUPS }, (_item, n) => ({ alertname: `A${n}` }))
  await router.push(alerts)
  await until('the good ones are told', () => hook.requests.length >= GROUPS && mail.letters.length >= GROUPS)
  // Each bad one has had its say by the time that the flushes are over.
  const failed = `alertmanager_notifications_failed_total{integration="${kind}",reason=`
  const failures = async () => {
    const page = await (await router.get('/metrics')).text()
    return page
      .split('\n')
      .filter((line) => line.startsWith(failed))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }
  await until('the bad ones have failed', async () => (await failures()) >= bad.length)
  await router.push([{ alertname: 'Later' }])
  await until('the good ones are told again', () => mail.letters.length > GROUPS && hook.requests.length > GROUPS)
  const told = hook.requests.map(
    ({ body }) => (JSON.parse(body) as { groupLabels: { alertname: string } }).groupLabels.alertname,
  )
  assert.deepEqual(told.toSorted(), [...alerts.map(({ alertname }) => alertname), 'Later'].toSorted())
  assert.equal(mail.letters.length, GROUPS + 1)
  const peak = peakResidentMiB(router)
  t.diagnostic(`at most ${Math.round(peak)} MiB`)
  assert.ok(peak < 500, `${peak} MiB`)
}

const emailTo = (port: number) =>
  `{to: "a@mail.test", from: "r@mail.test", smarthost: "127.0.0.1:${port}", require_tls: false}`

test('beside webhooks that do what they should not, others are told', async (t) => {
  const servers = await Promise.all(Object.values(HTTP_CONDUCTS).map((conduct) => hostileServer(t, conduct)))
  await tellBeside(
    t,
    'webhook',
    servers.map(({ port }) => `{url: "http://127.0.0.1:${port}/"}`),
  )
})

test('beside mail servers that do what they should not, others are told', async (t) => {
  const rows: [Step, Misconduct][] = [
    ...STEPS.filter((step) => step !== 'QUIT').flatMap((step): [Step, Misconduct][] => [
      [step, 'hang'],
      [step, 'close'],
    ]),
    ...(['greet', 'EHLO', 'RCPT', 'sent'] as const).flatMap((step): [Step, Misconduct][] => [
      [step, 'endless line'],
      [step, 'endless lines'],
      [step, 'garbage'],
    ]),
  ]
  const ports = await Promise.all(rows.map(([step, misconduct]) => hostileSmtp(t, step, misconduct)))
  await tellBeside(t, 'email', ports.map(emailTo))
})
