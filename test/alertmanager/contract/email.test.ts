import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type SmtpServer, smtpServer } from '../support/smtp-server.ts'
import { ALERTMANAGER, missing } from '../support/upstream.ts'
import { startBoth } from './both.ts'

const yamlFor = (port: number) => `
global: {smtp_smarthost: 'localhost:${port}', smtp_from: 'router@mail.test', smtp_require_tls: false, smtp_hello: me.test}
route: {receiver: mail, group_by: [alertname], group_wait: 1s, group_interval: 1h}
receivers:
  - name: mail
    email_configs:
      - to: 'a@mail.test, b@mail.test'
        headers: {x-team: 'T {{ .Status }}', reply-to: c@mail.test}
        text: '{{ template "__text_alert_list" .Alerts }}'
        html: '<p title="{{ .CommonLabels.q }}">{{ .CommonAnnotations.text }}</p>'
`

/** What a reader shows of a mail, and to whom it went. */
function shown({ mails, commands }: SmtpServer) {
  const [mail] = mails
  assert.ok(mail !== undefined)
  const [head = '', ...parts] = mail.data.split('\n\n')
  const headers = head
    .replace(/\n\s+/g, ' ')
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()])
  const known = Object.fromEntries(headers.map(([name = '', value = '']) => [name.toLowerCase(), value]))
  const { subject, from, to, 'reply-to': replyTo, 'x-team': team, 'mime-version': mime, 'content-type': type } = known
  const bodies = parts
    .map((part) => part.split(/\n+--/)[0]!.replace(/=\n/g, '').trim())
    .filter((part) => part !== '' && !part.includes('Content-Type: '))
  return {
    ...{ subject, from, to, replyTo, team, mime, type: type?.split(';')[0], bodies },
    envelope: [mail.from.replace(/>.*/, '>'), ...mail.to],
    hello: commands[0],
  }
}

test('a mail says what the original says', missing(ALERTMANAGER, 'alertmanager'), async (t) => {
  const servers = [await smtpServer(t), await smtpServer(t)] as const
  const waiting = [...servers]
  const both = await startBoth(t, () => yamlFor(waiting.shift()!.port))
  const startsAt = new Date(Date.now() + 2_000).toISOString()
  const endsAt = new Date(Date.now() + 3_600_000).toISOString()
  const labels = { alertname: 'A', q: '"<b>&' }
  await both.post('/api/v2/alerts', [{ labels, annotations: { text: 'Füße <&> '.repeat(20) }, startsAt, endsAt }])
  while (servers.some(({ mails }) => mails.length === 0)) await sleep(20)
  assert.deepEqual(shown(servers[0]), shown(servers[1]))
})
