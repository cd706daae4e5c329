import { counter, type FamilySpec, gauge } from '../../family-spec.ts'

/** How a file of a sensor is read. */
interface Reading {
  readonly spec: FamilySpec
  /** What a unit of the file is in units of the metric. */
  readonly factor: number
}

const MILLI = 1e-3
const MICRO = 1e-6
/** Kinds of sensors, of the kernel's hwmon interface. */
const KINDS = new Set([
  ...['beep_enable', 'cpu', 'curr', 'energy', 'fan', 'humidity', 'in', 'intrusion', 'power', 'pwm', 'temp'],
  ...['update_interval', 'vrm'],
])
/** Kinds that are told in units, with the unit's name and what one of the file is of it. */
const UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  in: ['volts', MILLI],
  cpu: ['volts', MILLI],
  temp: ['celsius', MILLI],
  curr: ['amps', MILLI],
  power: ['watt', MICRO],
}

/**
 * What a file `<kind><number>_<property>` of a chip is: a value, or with `reading` undefined the name of a sensor; undefined
 * for files that are something else. Names, and what has a unit, are as node_exporter has them.
 *
 * @param entries of the same directory
 */
export function describeSensorFile(
  file: string,
  entries: readonly string[],
): { readonly sensor: string; readonly reading: Reading | undefined } | undefined {
  const whole = KINDS.has(file) ? file : undefined
  const [, kind = whole, number = '0', property = ''] =
    whole === undefined ? (/^([^0-9_]+)([0-9]+)(?:_(.+))?$/.exec(file) ?? []) : []
  if (kind === undefined || !KINDS.has(kind)) return undefined
  const sensor = `${kind}${Number(number)}`
  if (property === 'label') return { sensor, reading: undefined }
  // A sensor that has a file of its own name beside `_input` (`pwm1`) needs both.
  const isPlainInput = property === 'input' && !entries.includes(`${kind}${number}`)
  const suffix = property === '' || isPlainInput ? '' : `_${property.toLowerCase().replace(/[^a-z0-9:_]/g, '_')}`
  return { sensor, reading: describeReading(kind, property, `node_hwmon_${kind}${suffix}`) }
}

function describeReading(kind: string, property: string, name: string): Reading {
  const of = (spec: FamilySpec, factor = 1): Reading => ({ spec, factor })
  const help = `Value ${property || 'itself'} of sensors of the kind ${kind}.`
  if (kind === 'beep_enable') return of(gauge('node_hwmon_beep_enabled', 'Whether the chip may beep.'))
  if (kind === 'vrm') return of(gauge('node_hwmon_voltage_regulator_version', 'Version of the voltage regulator.'))
  if (kind === 'update_interval') {
    return of(gauge('node_hwmon_update_interval_seconds', 'How often the chip reads its sensors.'), MILLI)
  }
  if (property === 'fault' || property === 'alarm') return of(gauge(name, help))
  if (property === 'beep') return of(gauge(`${name}_enabled`, help))
  if (kind === 'energy') return of(counter(`${name}_joule_total`, help), MICRO)
  if (kind === 'humidity') return of(gauge(name, help), MICRO)
  if (kind === 'power' && property === 'accuracy') return of(gauge(name, help), MICRO)
  if (kind === 'power' && property.startsWith('average_interval')) return of(gauge(`${name}_seconds`, help), MILLI)
  if (kind === 'fan' && ['input', 'min', 'max', 'target'].includes(property)) return of(gauge(`${name}_rpm`, help))
  const [unit, factor] = (kind === 'temp' && property === 'type' ? undefined : UNITS[kind]) ?? []
  return unit === undefined ? of(gauge(name, help)) : of(gauge(`${name}_${unit}`, help), factor)
}
