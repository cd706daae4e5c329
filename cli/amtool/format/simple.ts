import type { Formatter } from './formatter.ts'
import { matcherText } from './matcher.ts'
import { byEnd, byStart } from './order.ts'
import { alignTabs } from './tab-writer.ts'
import type { FormatDate } from './time.ts'

/** The columns that one looks at first. */
export function simpleFormatter(date: FormatDate): Formatter {
  return {
    silences(silences) {
      const rows = byEnd(silences).map(({ id, matchers, endsAt, createdBy, comment }) => {
        return `${id}\t${matchers.map(matcherText).join(' ')}\t${date(endsAt)}\t${createdBy}\t${comment}\t\n`
      })
      return alignTabs(`ID\tMatchers\tEnds At\tCreated By\tComment\t\n${rows.join('')}`)
    },
    alerts(alerts) {
      const rows = byStart(alerts).map(({ labels, startsAt, annotations, status }) => {
        return `${labels.alertname ?? ''}\t${date(startsAt)}\t${annotations.summary ?? ''}\t${status.state}\t\n`
      })
      return alignTabs(`Alertname\tStarts At\tSummary\tState\t\n${rows.join('')}`)
    },
    config: ({ config }) => `${config.original}\n`,
    cluster: ({ status, name = '' }) => alignTabs(`Cluster Status:\t${status}\nNode Name:\t${name}\n`),
  }
}
