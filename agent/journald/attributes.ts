import { type AttributeValue, encodeAttribute } from '#lib/otlp/attributes.ts'
import { LOG_RECORD } from '#lib/otlp/fields.ts'
import type { Attributes } from '../enrich/process-resource.ts'

type Fields = ReadonlyMap<string, string>

/** Fields of an entry that have a name in OpenTelemetry's semantic conventions, or one that says where they are from. */
const RECORD_ATTRIBUTES: readonly (readonly [field: string, key: string, isNumber: boolean])[] = [
  ['_PID', 'process.pid', true],
  ['_COMM', 'process.executable.name', false],
  ['_EXE', 'process.executable.path', false],
  ['SYSLOG_IDENTIFIER', 'syslog.identifier', false],
  ['SYSLOG_FACILITY', 'syslog.facility.code', true],
  ['MESSAGE_ID', 'journald.message_id', false],
  ['UNIT', 'journald.unit', false],
  ['CODE_FILE', 'code.file.path', false],
  ['CODE_LINE', 'code.line.number', true],
  ['CODE_FUNC', 'code.function.name', false],
]
/** Fields that say where an entry stands, not what it says. Others of journald's own are left out of `*` by their underscore. */
const KNOWN: ReadonlySet<string> = new Set([...RECORD_ATTRIBUTES.map(([field]) => field), 'PRIORITY'])
const MAX_VALUE_CHARS = 4096
const MAX_ATTRIBUTES = 64
const MAX_REMEMBERED = 1_000

/** Says whose an entry is: the attributes of its resource, by which records are put together. */
export function resourceAttributesOf(fields: Fields): Attributes {
  const attributes: Record<string, string> = { 'service.name': serviceOf(fields) }
  const add = (key: string, field: string) => {
    const value = fields.get(field)
    if (value !== undefined && value !== '') attributes[key] = cut(value)
  }
  add('systemd.unit', '_SYSTEMD_UNIT')
  add('host.name', '_HOSTNAME')
  add('host.id', '_MACHINE_ID')
  add('host.boot.id', '_BOOT_ID')
  return attributes
}

/** The unit without its kind, the kernel, or what a program without a unit calls itself. */
function serviceOf(fields: Fields): string {
  const unit = fields.get('_SYSTEMD_UNIT') ?? ''
  if (unit !== '') return cut(unit.replace(/\.service$/, ''))
  if (fields.get('_TRANSPORT') === 'kernel') return 'kernel'
  return cut(fields.get('SYSLOG_IDENTIFIER') || fields.get('_COMM') || 'journald')
}

/** Encodes the attributes of records. Those of a program are the same for all it writes, so they are remembered. */
export class RecordAttributes {
  readonly #wanted: ReadonlySet<string>
  readonly #wantsAll: boolean
  readonly #known = new Map<string, Buffer>()

  /** @param wanted further fields, which become `journald.<name in small letters>`; `*` for all that programs set */
  constructor(wanted: readonly string[]) {
    this.#wanted = new Set(wanted)
    this.#wantsAll = wanted.includes('*')
  }

  encode(fields: Fields): Buffer {
    const attributes = this.#attributesOf(fields).slice(0, MAX_ATTRIBUTES)
    const key = JSON.stringify(attributes)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= MAX_REMEMBERED) this.#known.clear()
    const encoded = Buffer.concat(
      attributes.map(([name, value]) => encodeAttribute(LOG_RECORD.attributes, name, value)),
    )
    this.#known.set(key, encoded)
    return encoded
  }

  #attributesOf(fields: Fields): (readonly [string, AttributeValue])[] {
    const attributes: (readonly [string, AttributeValue])[] = []
    for (const [field, key, isNumber] of RECORD_ATTRIBUTES) {
      const value = fields.get(field)
      if (value === undefined || value === '') continue
      const number = Number(value)
      if (!isNumber) attributes.push([key, cut(value)])
      else if (Number.isSafeInteger(number)) attributes.push([key, number])
    }
    for (const [field, value] of fields) {
      if (this.#isWanted(field)) attributes.push([`journald.${field.toLowerCase()}`, cut(value)])
    }
    return attributes
  }

  #isWanted(field: string): boolean {
    if (KNOWN.has(field)) return false
    return this.#wanted.has(field) || (this.#wantsAll && !field.startsWith('_'))
  }
}

function cut(value: string): string {
  return value.length <= MAX_VALUE_CHARS ? value : value.slice(0, MAX_VALUE_CHARS).toWellFormed()
}
