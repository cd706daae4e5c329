import type { ConditionSpec } from '../../collector/shape/condition-config.ts'
import type { ShapeConfig } from '../../collector/shape/config.ts'
import type { ProtoAnyValue, ProtoKeyValue, ProtoLogRecord, ProtoLogsRequest } from './otlp-proto.ts'

type Section = NonNullable<ProtoLogsRequest['resourceLogs']>[number]

const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

/** What rules leave of a request, written without any thought of speed: places of the records that are kept. */
export function naiveKept({ rules }: Pick<ShapeConfig, 'rules'>, request: ProtoLogsRequest): number[] {
  const kept: number[] = []
  let place = 0
  for (const section of request.resourceLogs ?? []) {
    for (const record of section.scopeLogs?.flatMap(({ logRecords }) => logRecords ?? []) ?? []) {
      const rule = rules.find((candidate) => naiveMeets(candidate, section, record))
      if (rule === undefined || rule.action === 'keep') kept.push(place)
      place += 1
    }
  }
  return kept
}

/** Whether a record meets a condition. Patterns of values are taken as they are, without `*` in the middle. */
export function naiveMeets(spec: ConditionSpec, { resource }: Section, record: ProtoLogRecord): boolean {
  const texts = textsOf(resource?.attributes)
  const own = textsOf(record.attributes)
  const number = record.severityNumber ?? 0
  const text = record.body?.stringValue ?? ''
  const group = SEVERITIES[Math.ceil(number / 4) - 1]
  const ranked = number < 1 ? -1 : group === undefined ? 99 : SEVERITIES.indexOf(group)
  if (spec.min_severity !== undefined && ranked < SEVERITIES.indexOf(spec.min_severity)) return false
  if (spec.max_severity !== undefined && (ranked < 0 || ranked > SEVERITIES.indexOf(spec.max_severity))) return false
  if (spec.contains !== undefined && !text.includes(spec.contains)) return false
  if (spec.matches !== undefined && !new RegExp(spec.matches, 'u').test(text)) return false
  if (spec.stream !== undefined && own.get('log.iostream') !== spec.stream) return false
  const isThere = (map: ReadonlyMap<string, string>) => (entry: [string, string]) => {
    const [key, pattern] = entry
    return map.has(key) && (pattern === '*' || map.get(key) === pattern)
  }
  return (
    Object.entries(spec.resource).every(isThere(texts)) &&
    Object.entries(spec.attributes).every(isThere(own)) &&
    (spec.containers.length === 0 ||
      spec.containers.some(
        ({ namespace }) => namespace === '*' || namespace === (texts.get('k8s.namespace.name') ?? ''),
      ))
  )
}

function textsOf(attributes: readonly ProtoKeyValue[] = []): Map<string, string> {
  const texts = new Map<string, string>()
  for (const { key = '', value } of attributes) {
    const text = value === undefined ? undefined : textOf(value)
    if (text === undefined) texts.delete(key)
    else texts.set(key, text)
  }
  return texts
}

function textOf({ stringValue, boolValue, intValue, doubleValue }: ProtoAnyValue): string | undefined {
  return stringValue ?? intValue ?? (boolValue ?? doubleValue)?.toString()
}
