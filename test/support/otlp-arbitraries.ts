import fc from 'fast-check'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import {
  FIXED32,
  FIXED64,
  LENGTH_DELIMITED,
  lengthDelimited,
  VARINT,
  varintBytes,
  writeVarint,
} from '#lib/otlp/wire.ts'
import type { ProtoAnyValue, ProtoKeyValue, ProtoLogsRequest } from './otlp-proto.ts'

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '"', '\\', '\u0000\u001f\n', '\u2028', '😀', 'x'.repeat(300)),
)
/** Without backslashes: JSON.parse of Node 26 takes an escaped key for a known one that looks like its source. */
const keyText = text.map((key) => key.replaceAll('\\', '/'))
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)
const time = fc.oneof(fc.constantFrom('0', String(2n ** 64n - 1n)), fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String))
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((value) => Buffer.from(value))
const id = (length: number) =>
  fc.oneof(
    fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value)),
    fc.constantFrom(Buffer.alloc(length), Buffer.alloc(0), Buffer.from('ab')),
  )

/** Every kind of value, nested. */
const anyValue: fc.Arbitrary<ProtoAnyValue> = fc.letrec<{ value: ProtoAnyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'value' },
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((intValue) => ({ intValue })),
    fc.double().map((doubleValue) => ({ doubleValue })),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e300, 5e-324).map((d) => ({
      doubleValue: d,
    })),
    bytes(8).map((bytesValue) => ({ bytesValue })),
    fc.constant({}),
    fc.array(tie('value'), { maxLength: 3 }).map((values) => ({ arrayValue: { values } })),
    fc
      .array(fc.record({ key: fc.oneof(keyText, fc.constantFrom('a', 'b')), value: tie('value') }), { maxLength: 3 })
      .map((values) => ({ kvlistValue: { values } })),
  ),
})).value

const keyValues = (key: fc.Arbitrary<string>): fc.Arbitrary<ProtoKeyValue[]> =>
  fc.array(
    fc.record({ key, value: fc.option(anyValue, { nil: undefined }) }).map(({ key: name, value }) => ({
      key: name,
      ...(value === undefined ? {} : { value }),
    })),
    { maxLength: 4 },
  )

const uids = fc.constantFrom('', 'uid-1', 'uid-2', 'ü'.repeat(256), 'ü'.repeat(257), 'x'.repeat(513))
const recordAttributes = fc
  .tuple(
    keyValues(fc.oneof(keyText, fc.constantFrom('a', 'b', 'log.record.uid'))),
    fc.option(uids.map((stringValue) => ({ key: 'log.record.uid', value: { stringValue } }))),
  )
  .map(([attributes, uid]) => (uid === null ? attributes : [...attributes, uid]))

const logRecord = fc.record(
  {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: fc.integer({ min: -1, max: 30 }),
    severityText: text,
    body: anyValue,
    attributes: recordAttributes,
    flags: fc.nat(),
    traceId: id(16),
    spanId: id(8),
    eventName: text,
  },
  { requiredKeys: [] },
)

/** Any ExportLogsServiceRequest. */
export const logsRequest: fc.Arbitrary<ProtoLogsRequest> = fc.record({
  resourceLogs: fc.array(
    fc.record(
      {
        resource: fc.record({ attributes: keyValues(keyText) }, { requiredKeys: [] }),
        scopeLogs: fc.array(
          fc.record(
            {
              scope: fc.record({ name: text, version: text, attributes: keyValues(keyText) }, { requiredKeys: [] }),
              logRecords: fc.array(logRecord, { maxLength: 4 }),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 2 },
        ),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 3 },
  ),
})

/** Which fields of a message are messages. */
interface Shape {
  readonly [field: number]: Shape
}
const VALUE: { [field: number]: Shape } = {}
const KEY_VALUE_SHAPE: Shape = { 2: VALUE }
VALUE[5] = { 1: VALUE }
VALUE[6] = { 1: KEY_VALUE_SHAPE }
const RECORD: Shape = { 5: VALUE, 6: KEY_VALUE_SHAPE }
const REQUEST: Shape = { 1: { 1: { 1: KEY_VALUE_SHAPE }, 2: { 1: { 3: KEY_VALUE_SHAPE }, 2: RECORD } } }

/**
 * The same message in another legal form: fields in another order (those of one number stay in theirs), and fields that
 * nobody knows among them.
 */
export function scramble(message: Buffer, seed: number, shape: Shape = REQUEST): Buffer {
  const reader = new ProtoReader(message)
  const fields: { readonly number: number; readonly bytes: Buffer }[] = []
  for (let start = 0, number = reader.next(); number !== 0; start = reader.at, number = reader.next()) {
    const inner = shape[number]
    const isMessage = inner !== undefined && reader.wireType === LENGTH_DELIMITED
    const content = isMessage ? lengthDelimited(number, scramble(reader.view(), seed + 1, inner)) : undefined
    fields.push({ number, bytes: content ?? message.subarray(start, reader.at) })
  }
  for (const [index, unknown] of UNKNOWN.entries()) {
    if ((seed >> index) & 1) fields.push({ number: 100 + index, bytes: unknown })
  }
  const rank = (number: number) => (Math.imul(number + 17, seed | 1) >>> 3) % 1_000
  return Buffer.concat(fields.sort((a, b) => rank(a.number) - rank(b.number)).map((field) => field.bytes))
}

function key(field: number, wireType: number): Buffer {
  const bytes = Buffer.alloc(varintBytes(field * 8 + wireType))
  writeVarint(bytes, 0, field * 8 + wireType)
  return bytes
}

const UNKNOWN = [
  Buffer.concat([key(100, VARINT), Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01])]),
  Buffer.concat([key(101, LENGTH_DELIMITED), Buffer.from([3, 1, 2, 3])]),
  Buffer.concat([key(102, FIXED64), Buffer.alloc(8, 7)]),
  Buffer.concat([key(103, FIXED32), Buffer.alloc(4, 7)]),
]
