import type { Type } from 'protobufjs'
import { toInteger64 } from '#lib/otlp/proto.ts'
import { JsonScanner } from './json/scanner.ts'

/** Enough for values nested as deep as is taken, each in four objects and arrays. */
const MAX_DEPTH = 256
/**
 * Most values of a request in JSON, whatever its size: parsing makes an object of each, so that few bytes could take
 * very much memory.
 */
const MAX_VALUES = 2_000_000

/**
 * Turns an export request in OTLP's JSON into protobuf, in which everything goes on. OTLP deviates from
 * protobuf's JSON: ids are hex and not base64, enums are numbers only, unknown
 * fields are ignored, and 64-bit integers come as decimal texts.
 *
 * @param message what the request is
 * @returns the protobuf bytes, or what is wrong
 */
export function encodeJsonRequest(json: Buffer, message: Type): Buffer | { readonly problem: string } {
  const scanner = new JsonScanner({ maxDepth: MAX_DEPTH, maxValues: MAX_VALUES })
  scanner.reset(json, 0, json.length)
  if (!scanner.skipValue() || !scanner.atEnd()) return { problem: `not valid JSON: ${scanner.problem}` }
  try {
    const request: unknown = JSON.parse(json.toString('utf8'), convert)
    if (typeof request !== 'object' || request === null || Array.isArray(request))
      return { problem: 'not a JSON object' }
    const problem = message.verify(request)
    if (problem !== null) return { problem }
    return Buffer.from(message.encode(message.fromObject(request)).finish())
  } catch (error) {
    // A parse error of JSON, or a nesting that overflows the stack of the conversion.
    return { problem: error instanceof SyntaxError ? error.message : 'the request can not be converted' }
  }
}

/**
 * Called for every key, innermost first; the keys have one meaning wherever they occur in a request. Integers come as
 * texts or, from some senders, as numbers that a double can't hold: their source text is exact.
 */
function convert(this: unknown, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  switch (key) {
    case 'traceId':
    case 'spanId':
      // An id of wrong form means that there is none.
      return typeof value === 'string' && HEX.test(value) ? Buffer.from(value, 'hex') : Buffer.alloc(0)
    case 'intValue':
      return integer64(value, context?.source, false)
    case 'asInt':
      return integer64(value, context?.source, false)
    case 'bucketCounts':
      return Array.isArray(value) ? value.map((count) => integer64(count, undefined, true)) : value
    case 'count':
    case 'zeroCount':
    case 'startTimeUnixNano':
    case 'timeUnixNano':
    case 'observedTimeUnixNano':
      return integer64(value, context?.source, true)
    case 'asDouble':
    case 'sum':
    case 'min':
    case 'max':
    case 'quantile':
    case 'value':
    case 'zeroThreshold':
    case 'doubleValue':
      return DOUBLES.get(value) ?? (typeof value === 'string' && NUMBER.test(value) ? Number(value) : value)
    case 'aggregationTemporality':
    case 'scale':
    case 'offset':
    case 'severityNumber':
    case 'flags':
    case 'droppedAttributesCount':
      return typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
    default:
      return value
  }
}

/** What JSON has no number for, as protobuf's JSON writes it. */
const DOUBLES: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/

const HEX = /^(?:[0-9a-fA-F]{2})*$/

function integer64(value: unknown, source: string | undefined, unsigned: boolean): unknown {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? source : undefined
  if (text === undefined || !/^-?\d{1,20}$/.test(text)) return value
  const exact = BigInt(text)
  const fits = unsigned ? BigInt.asUintN(64, exact) === exact : BigInt.asIntN(64, exact) === exact
  return fits ? toInteger64(text, unsigned) : value
}
