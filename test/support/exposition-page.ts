import { printSeries } from './gathered-series.ts'

/** A series of a page as Prometheus scrapes it. */
export interface PageSeries {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?$/
const PAIR = /(\w+)="((?:[^"\\]|\\.)*)"/g

/** The series of a page that is known to be well made, by the text that {@link printSeries} makes. */
export function parsePage(text: string): ReadonlyMap<string, PageSeries> {
  const series = new Map<string, PageSeries>()
  for (const line of text.split('\n')) {
    const [, name, pairs = '', value] = LINE.exec(line) ?? []
    if (name === undefined) continue
    const labels = Object.fromEntries([...pairs.matchAll(PAIR)].map(([, key, label]) => [key!, label!]))
    series.set(printSeries(name, labels), { name, labels, value: Number(value) })
  }
  return series
}

/** The types of metrics that a page states. */
export function parseTypes(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!]))
}
