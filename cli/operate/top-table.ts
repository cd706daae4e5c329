import { shortBytes, shortCount, shortSeconds } from './short-number.ts'
import { keyOf, type SortOrder, type StageRates, sortContainers, type TopView } from './top-rates.ts'

export interface TableOptions {
  /** Columns of the terminal; no line is longer. */
  readonly width: number
  /** Most lines altogether. */
  readonly height: number
  readonly sort: SortOrder
}

const NUMBER = 10
const SHORTEST_NAME = 20
const STAGE = 10

/** The whole picture as lines: the agent, its stages, its containers. */
export function renderTop(view: TopView, { width, height, sort }: TableOptions): readonly string[] {
  const lines = [
    ...headOf(view),
    '',
    row('STAGE'.padEnd(STAGE), ['IN/s', 'OUT/s', 'DROPPED'], '  WAITING'),
    ...view.stages.map((stage) => stageRow(stage, view)),
    '',
  ]
  const nameWidth = Math.max(SHORTEST_NAME, width - 3 * NUMBER)
  lines.push(row(`CONTAINER (by ${sort})`.padEnd(nameWidth), ['READ/s', 'BEHIND', 'AGE'], ''))
  const room = Math.max(1, height - lines.length)
  const sorted = sortContainers(view.containers, sort)
  const shown = sorted.slice(0, view.container_count > room ? room - 1 : room)
  for (const container of shown) {
    const numbers = [
      shortBytes(container.read_bytes_per_second),
      shortBytes(container.bytes_behind),
      shortSeconds(container.seconds_behind),
    ]
    lines.push(row(shortenName(keyOf(container), nameWidth - 1).padEnd(nameWidth), numbers, ''))
  }
  const left = view.container_count - shown.length
  if (left > 0) lines.push(`… and ${left} more`)
  return lines.map((line) => line.slice(0, width).trimEnd())
}

function headOf(view: TopView): readonly string[] {
  const { version, node, uptime_seconds: uptime, not_ready: reasons } = view
  const ready = reasons.length === 0 ? 'ready' : `not ready: ${reasons.join(', ')}`
  const unlinked = view.unlinked_bytes > 0 ? `, ${shortBytes(view.unlinked_bytes)} of deleted files held` : ''
  const age = view.checkpoint_age_seconds
  const checkpoint = age < 2 ? '' : `, positions unwritten for ${shortSeconds(age)}`
  const dropped = Object.entries(view.dropped_records).filter(([, count]) => count > 0)
  return [
    `vedette agent ${version} on ${node}, up ${shortSeconds(uptime)}, ${ready}`,
    `behind ${shortBytes(view.bytes_behind)} and ${shortSeconds(view.seconds_behind)}${unlinked}${checkpoint}`,
    ...(dropped.length === 0
      ? []
      : [`dropped ${dropped.map(([reason, count]) => `${shortCount(count)} ${reason}`).join(', ')}`]),
  ]
}

function stageRow(stage: StageRates, view: TopView): string {
  const short = stage.unit === 'bytes' ? shortBytes : shortCount
  const numbers = [short(stage.in_per_second), short(stage.out_per_second), short(stage.dropped)]
  return row(stage.stage.padEnd(STAGE), numbers, `  ${waitingOf(stage, view)}`)
}

function waitingOf({ stage, waiting }: StageRates, { requests_in_flight: requests }: TopView): string {
  if (stage === 'read') return `${shortBytes(waiting)} unread`
  const records = `${shortCount(waiting)} records`
  return stage === 'ship' ? `${records} in ${requests} requests` : records
}

function row(name: string, numbers: readonly string[], rest: string): string {
  return `${name}${numbers.map((number) => number.padStart(NUMBER)).join('')}${rest}`
}

/** The begin and the end of a name tell it from others. */
function shortenName(name: string, width: number): string {
  if (name.length <= width) return name
  const half = Math.floor((width - 1) / 2)
  return `${name.slice(0, width - 1 - half)}…${name.slice(name.length - half)}`
}
