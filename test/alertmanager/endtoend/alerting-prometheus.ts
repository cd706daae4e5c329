import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { PrometheusServer } from '../../support/prometheus-server.ts'
import { readMetric } from '../../support/read-metric.ts'

export interface AlertingOptions {
  /** An external label, which is dropped before alerts are sent. */
  readonly replica: string
  /** `host:port` to scrape. */
  readonly target: string
  /** `host:port` of the router. */
  readonly router: string
  /** How long an alert that has not changed is not sent again. */
  readonly resendDelay?: string
}

const RULES = {
  groups: [
    {
      name: 'disks',
      rules: [
        {
          alert: 'DiskBroken',
          expr: 'disk_broken == 1',
          labels: { severity: 'critical' },
          annotations: { summary: 'Disk {{ $labels.disk }} of {{ $labels.job }} <is> broken' },
        },
      ],
    },
  ],
}

/** Debian's Prometheus with a rule that tells of broken disks. */
export class AlertingPrometheus {
  readonly #server: PrometheusServer

  private constructor(server: PrometheusServer) {
    this.#server = server
  }

  static async start(
    t: Pick<TestContext, 'after'>,
    parent: string,
    { replica, target, router, resendDelay = '1m' }: AlertingOptions,
  ): Promise<AlertingPrometheus> {
    const directory = join(parent, replica)
    mkdirSync(directory)
    const rules = join(directory, 'rules.yml')
    writeFileSync(rules, JSON.stringify(RULES))
    const server = await PrometheusServer.start(
      t,
      directory,
      {
        global: {
          scrape_interval: '250ms',
          scrape_timeout: '250ms',
          evaluation_interval: '250ms',
          external_labels: { replica },
        },
        rule_files: [rules],
        scrape_configs: [{ job_name: 'disks', static_configs: [{ targets: [target] }] }],
        alerting: {
          alert_relabel_configs: [
            { regex: 'replica', action: 'labeldrop' },
            // Both scrape the same target.
            { regex: 'instance', action: 'labeldrop' },
          ],
          alertmanagers: [{ api_version: 'v2', static_configs: [{ targets: [router] }] }],
        },
      },
      [`--rules.alert.resend-delay=${resendDelay}`, `--web.external-url=http://prometheus-${replica}.test/`],
    )
    return new AlertingPrometheus(server)
  }

  get url(): string {
    return this.#server.url
  }

  /** The URLs of the Alertmanagers that it sends to. */
  async alertmanagers(): Promise<readonly string[]> {
    const answer = await (await fetch(`${this.url}/api/v1/alertmanagers`)).json()
    const { data } = answer as { data: { activeAlertmanagers: { url: string }[] } }
    return data.activeAlertmanagers.map(({ url }) => url)
  }

  /** What it counts of its notifications. */
  async notifications(): Promise<{ readonly sent: number; readonly errors: number; readonly dropped: number }> {
    const page = await (await fetch(`${this.url}/metrics`)).text()
    return {
      sent: readMetric(page, 'prometheus_notifications_sent_total'),
      errors: readMetric(page, 'prometheus_notifications_errors_total'),
      dropped: readMetric(page, 'prometheus_notifications_dropped_total'),
    }
  }
}
