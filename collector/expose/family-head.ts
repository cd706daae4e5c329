import type { Families, Family } from '../series/families.ts'
import type { SeriesType } from '../series/series-sink.ts'
import type { ExpositionFormat } from './format.ts'

const TEXT_TYPES: Readonly<Record<SeriesType, string>> = {
  ...{ counter: 'counter', gauge: 'gauge', histogram: 'histogram', summary: 'summary', untyped: 'untyped' },
  ...{ info: 'gauge', stateset: 'gauge', gaugehistogram: 'untyped' },
}

/** The lines before the samples of a metric. */
export function familyHead(family: Family, families: Families, format: ExpositionFormat): string {
  const { name, help, unit } = family.spec
  if (format === 'text') {
    const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
    return `${help === '' ? '' : `# HELP ${name} ${escaped}\n`}# TYPE ${name} ${TEXT_TYPES[family.spec.type]}\n`
  }
  const { title, type } = openMetricsHead(family, families)
  const escaped = help.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
  const hasUnit = unit !== '' && title.endsWith(`_${unit}`)
  return [
    `# TYPE ${title} ${type}\n`,
    ...(hasUnit ? [`# UNIT ${title} ${unit}\n`] : []),
    ...(help === '' ? [] : [`# HELP ${title} ${escaped}\n`]),
  ].join('')
}

/**
 * OpenMetrics names a counter without `_total`, which its samples have. One that has no `_total`, or whose other name is
 * a metric of its own, is of unknown type there, so that its samples keep their names.
 */
function openMetricsHead(family: Family, families: Families): { readonly title: string; readonly type: string } {
  const { name, type } = family.spec
  const without = (suffix: string) => {
    if (!name.endsWith(suffix) || name.length === suffix.length) return undefined
    const title = name.slice(0, -suffix.length)
    return families.isTaken(title, family) ? undefined : title
  }
  switch (type) {
    case 'counter': {
      const title = without('_total')
      return title === undefined ? { title: name, type: 'unknown' } : { title, type }
    }
    case 'info':
    case 'stateset':
      // Their rules are strict, and nobody checks that what comes keeps them.
      return { title: name, type: 'gauge' }
    case 'untyped':
      return { title: name, type: 'unknown' }
    default:
      return { title: name, type }
  }
}
