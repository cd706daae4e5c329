import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emailIntegration } from '../support/email-integration.ts'
import { flushed, notificationOf } from '../support/flushed.ts'
import { smtpServer } from '../support/smtp-server.ts'

const NEVER = new AbortController().signal
const notification = notificationOf([flushed({ alertname: 'Disk', host: 'ä' })], { alertname: 'Disk' })

/** What differs between two mails with the same content. */
const settled = (mail: string) => {
  return mail.replace(/--_NmP-[0-9a-f]+-Part_1/g, 'BOUNDARY').replace(/<\d+\.\d+@/, '<UNIQUE@')
}

const GOLDEN = `X-Team: =?UTF-8?Q?t=C3=ABam_Disk?=
Reply-To: On Call <c@mail.test>
Subject: =?UTF-8?Q?=5BFIRING=3A1=5D_Disk_=28=C3=A4=29?=
To: Disk <a@mail.test>
From: firing@mail.test
Message-ID: <UNIQUE@router.test>
References: <alert-849f8175e1fa4477-@alertmanager>
In-Reply-To: <alert-849f8175e1fa4477-@alertmanager>
Date: Sat, 21 Nov 2026 00:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/alternative;
 boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Zahl =3D 1, Rechner =C3=A4
--BOUNDARY
Content-Type: text/html; charset=UTF-8
Content-Transfer-Encoding: quoted-printable

<p title=3D"=C3=A4">&lt;b&gt;</p>
--BOUNDARY--`

test('a mail as it goes over the wire', async (t) => {
  const server = await smtpServer(t)
  const options = `, require_tls: false, from: '{{ .Status }}@mail.test',
    headers: {x-team: 'tëam {{ .GroupLabels.alertname }}', reply-to: 'On Call <c@mail.test>'},
    text: 'Zahl = {{ len .Alerts }}, Rechner {{ .CommonLabels.host }}', html: '<p title="{{ .CommonLabels.host }}">{{ "<b>" }}</p>',
    threading: {enabled: true, thread_by_date: none}`
  assert.deepEqual(
    await emailIntegration(server.port, options, { to: '{{ .CommonLabels.alertname }} <a@mail.test>' }).notify(
      notification,
      NEVER,
    ),
    { ok: true },
  )
  assert.equal(settled(server.mails[0]!.data), GOLDEN)
  assert.deepEqual(server.mails[0]!.to, ['a@mail.test'])
  assert.equal(server.mails[0]!.from, 'MAIL FROM:<firing@mail.test>')
})

test('mails of a day are one conversation unless told otherwise', async (t) => {
  const server = await smtpServer(t)
  const options = ', require_tls: false, threading: {enabled: true}'
  await emailIntegration(server.port, options).notify(notification, NEVER)
  // The day is that of this machine; the clock stands at midnight UTC.
  assert.match(server.mails[0]!.data, /^References: <alert-849f8175e1fa4477-2026-11-2[01]@alertmanager>$/m)
  await emailIntegration(server.port, ', require_tls: false').notify(notification, NEVER)
  assert.doesNotMatch(server.mails[1]!.data, /^(References|In-Reply-To):/m)
})

test('headers of the configuration take the place of the usual ones', async (t) => {
  const server = await smtpServer(t)
  const options =
    ", require_tls: false, headers: {subject: '{{ .Status }}!', message-id: '<x@y>', from: 'Boss <z@mail.test>'}"
  await emailIntegration(server.port, options).notify(notification, NEVER)
  const { from, data } = server.mails[0]!
  assert.match(data, /^Subject: firing!\nMessage-ID: <x@y>\nFrom: Boss <z@mail\.test>\nTo: Ann/)
  assert.equal(from, 'MAIL FROM:<router@mail.test>')
})

test('a template that fails and an address that is none are failures for good', async () => {
  const cases: readonly (readonly [options: string, message: RegExp])[] = [
    [", headers: {x-y: '{{ .Nope }}'}", /^email_configs\[0\]: headers\.X-Y: template: :1:3: executing "" at <\.Nope>/],
    [", html: '<a href=\"'", /^email_configs\[0\]: html: html\/template: ends in a non-text context/],
    [", text: '{{'", /^email_configs\[0\]: text: template: :1: unclosed action/],
    [", from: '{{ .Status }}'", /^email_configs\[0\]: from must be exactly one address$/],
  ]
  for (const [options, message] of cases) {
    const result = await emailIntegration(1, options).notify(notification, NEVER)
    assert.ok(!result.ok && !result.retryable, options)
    assert.match(result.message, message)
  }
})
