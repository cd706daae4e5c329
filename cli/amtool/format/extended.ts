import { isIP } from 'node:net'
import { compareUtf8 } from '#lib/labels.ts'
import type { ClusterStatus, Labels } from '../api/shapes.ts'
import type { Formatter } from './formatter.ts'
import { matcherText } from './matcher.ts'
import { byEnd, byStart } from './order.ts'
import { alignTabs } from './tab-writer.ts'
import { type FormatDate, normalTime } from './time.ts'

const ALERT_HEAD = 'Labels\tAnnotations\tStarts At\tEnds At\tGenerator URL\tState\t\n'
const SILENCE_HEAD = 'ID\tMatchers\tStarts At\tEnds At\tUpdated At\tCreated By\tComment\t\n'
const BUILD = ['buildUser', 'goVersion', 'revision', 'version', 'branch', 'buildDate'] as const

/** All that there is, as tables. */
export function extendedFormatter(date: FormatDate): Formatter {
  const row = (cells: readonly string[]) => `${cells.join('\t')}\t\n`
  return {
    silences(silences) {
      const rows = byEnd(silences).map(({ id, matchers, startsAt, endsAt, updatedAt, createdBy, comment }) => {
        const text = `{${matchers.map(matcherText).join(',')}}`
        return row([id, text, date(startsAt), date(endsAt), date(updatedAt), createdBy, comment])
      })
      return alignTabs(SILENCE_HEAD + rows.join(''))
    },
    alerts(alerts) {
      const rows = byStart(alerts).map(({ labels, annotations, startsAt, endsAt, generatorURL = '', status }) => {
        return row([pairs(labels), pairs(annotations), date(startsAt), date(endsAt), generatorURL, status.state])
      })
      return alignTabs(ALERT_HEAD + rows.join(''))
    },
    config({ config, versionInfo, uptime }) {
      const lines = BUILD.map((name) => `${name} ${versionInfo[name]}\n`)
      return `${config.original}\n${lines.join('')}uptime ${normalTime(uptime)}\n`
    },
    cluster(status) {
      const head = `Cluster Status:\t${status.status}\nNode Name:\t${status.name ?? ''}\n\n`
      const rows = byAddress(status).map(({ address, name }) => row([address, name]))
      return alignTabs(`${head}Address\tName\n${rows.join('')}`)
    },
  }
}

function pairs(labels: Labels): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return texts.sort(compareUtf8).join(' ')
}

function byAddress({ peers = [] }: ClusterStatus) {
  return peers.toSorted((a, b) => {
    const [hostA, portA] = parts(a.address)
    const [hostB, portB] = parts(b.address)
    return hostA === hostB ? portA - portB : compareUtf8(sortable(hostA), sortable(hostB))
  })
}

function parts(address: string): readonly [host: string, port: number] {
  const colon = address.lastIndexOf(':')
  return [address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), Number(address.slice(colon + 1))]
}

/** Numbers of the same width, so that texts sort as addresses do. */
function sortable(host: string): string {
  if (isIP(host) !== 4) return host
  return host
    .split('.')
    .map((part) => part.padStart(3, '0'))
    .join('.')
}
