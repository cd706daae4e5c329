import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { until } from '../../support/until.ts'
import { type CapturedRequest, type CaptureServer, captureServer } from '../support/capture-server.ts'
import { hmacSha256 } from '../support/hmac.ts'
import { type Mailbox, mailbox } from '../support/mailbox.ts'

const SECRET = 'SECend2end'

/** The body of a webhook, version 4, as far as tests look at it. */
export interface WebhookBody {
  readonly receiver: string
  readonly status: string
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly startsAt: string
    readonly endsAt: string
    readonly generatorURL: string
    readonly fingerprint: string
  }[]
  readonly notification_reason: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly commonLabels: Readonly<Record<string, string>>
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly externalURL: string
  readonly version: string
  readonly groupKey: string
  readonly truncatedAlerts: number
}

/** Servers of three kinds, which all belong to one receiver. */
export interface Channels {
  readonly hook: CaptureServer
  readonly mail: Mailbox
  readonly dingtalk: CaptureServer
  /** The receiver's `*_configs`, in YAML's flow style. */
  readonly configs: string
  /** Resolves when each has got so many notifications. */
  told(count: number): Promise<void>
  /** What each got, in short: `firing a`. Fails if a request to DingTalk was not signed as it must be. */
  heard(): Promise<Heard>
}

export interface Heard {
  readonly hook: readonly string[]
  readonly mail: readonly string[]
  readonly dingtalk: readonly string[]
}

export async function channels(t: Pick<TestContext, 'after'>): Promise<Channels> {
  const [hook, mail, dingtalk] = await Promise.all([
    captureServer(t),
    mailbox(t),
    captureServer(t, () => ({ body: '{"errcode":0,"errmsg":"ok"}' })),
  ])
  const configs = [
    `webhook_configs: [{url: "${hook.url}/hook"}]`,
    `email_configs: [{to: "ops@mail.test", from: "router@mail.test", smarthost: "127.0.0.1:${mail.port}", require_tls: false, send_resolved: true}]`,
    `dingtalk_configs: [{webhook_url: "${dingtalk.url}/robot/send?access_token=t", secret: ${SECRET}, text: '{{ .Status }} {{ .CommonLabels.disk }}'}]`,
  ]
  return {
    ...{ hook, mail, dingtalk, configs: configs.join(', ') },
    told: (count) =>
      until(
        `${count} notifications each`,
        () => {
          return [hook.requests, mail.letters, dingtalk.requests].every(({ length }) => length >= count)
        },
        { timeoutMs: 30_000, everyMs: 20 },
      ),
    async heard() {
      return {
        hook: hook.requests.map(({ body }) => {
          const { status, commonLabels } = JSON.parse(body) as WebhookBody
          return `${status} ${commonLabels.disk}`
        }),
        mail: mail.letters.map(({ headers }) => {
          const [, status = '?', disk = '?'] = /^\[(FIRING|RESOLVED).* \(?(sd\w)/.exec(headers.get('subject')!) ?? []
          return `${status.toLowerCase()} ${disk}`
        }),
        dingtalk: await Promise.all(dingtalk.requests.map(readDingtalk)),
      }
    },
  }
}

async function readDingtalk({ path, body, atMs }: CapturedRequest): Promise<string> {
  const { pathname, searchParams } = new URL(path, 'http://dingtalk.test')
  const timestamp = searchParams.get('timestamp') ?? ''
  assert.deepEqual([pathname, searchParams.get('access_token')], ['/robot/send', 't'])
  assert.equal(searchParams.get('sign'), await hmacSha256(SECRET, `${timestamp}\n${SECRET}`))
  assert.ok(Math.abs(atMs - Number(timestamp)) < 3_600_000, `a robot refuses ${timestamp}`)
  const { msgtype, markdown } = JSON.parse(body) as { msgtype: string; markdown: { text: string } }
  assert.equal(msgtype, 'markdown')
  return markdown.text
}
