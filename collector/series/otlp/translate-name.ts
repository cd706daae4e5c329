/** Units of OpenTelemetry (UCUM) as Prometheus writes them. */
const UNITS: Readonly<Record<string, string>> = {
  ...{ d: 'days', h: 'hours', min: 'minutes', s: 'seconds', ms: 'milliseconds', us: 'microseconds', ns: 'nanoseconds' },
  ...{ By: 'bytes', KiBy: 'kibibytes', MiBy: 'mebibytes', GiBy: 'gibibytes', TiBy: 'tibibytes' },
  ...{ KBy: 'kilobytes', MBy: 'megabytes', GBy: 'gigabytes', TBy: 'terabytes' },
  ...{ m: 'meters', V: 'volts', A: 'amperes', J: 'joules', W: 'watts', g: 'grams' },
  ...{ Cel: 'celsius', Hz: 'hertz', '1': '', '%': 'percent' },
}
const PER_UNITS: Readonly<Record<string, string>> = {
  ...{ s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', mo: 'month', y: 'year' },
}

export interface OtlpName {
  readonly name: string
  readonly unit: string
  readonly isCounter: boolean
  readonly isGauge: boolean
}

/**
 * The name that a metric of OpenTelemetry has in Prometheus: underscores, the unit, `_total` and `_ratio`, as Prometheus'
 * `UnderscoreEscapingWithSuffixes` makes it. Empty if nothing of it can be kept.
 */
export function translateName({ name, unit, isCounter, isGauge }: OtlpName): string {
  const tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== '')
  const [main = '', per = ''] = unit.split('/', 2).map((part) => part.trim())
  if (main !== '' && !/[{}]/.test(main)) {
    const word = cleanUnit(UNITS[main] ?? main)
    if (word !== '' && !tokens.includes(word)) tokens.push(word)
  }
  if (per !== '' && !/[{}]/.test(per)) {
    const word = cleanUnit(PER_UNITS[per] ?? per)
    if (word !== '' && !tokens.includes(word)) tokens.push('per', word)
  }
  const moveToEnd = (word: string) => {
    const others = tokens.filter((token) => token !== word)
    tokens.splice(0, tokens.length, ...others, word)
  }
  if (tokens.length === 0) return ''
  if (isCounter) moveToEnd('total')
  if (unit === '1' && isGauge) moveToEnd('ratio')
  const joined = tokens.join('_')
  return /^\d/.test(joined) ? `_${joined}` : joined
}

function cleanUnit(unit: string): string {
  return unit.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^_+|_+$/g, '')
}

/** The name that an attribute has as a label. */
export function translateLabel(name: string): string {
  const clean = name.replace(/[^a-zA-Z0-9_]/g, '_')
  return /^\d/.test(clean) ? `key_${clean}` : clean
}
