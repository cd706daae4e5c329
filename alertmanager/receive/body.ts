import { messageOf } from '#lib/errors.ts'
import { type Moment, parseMoment } from '../moment.ts'
import { type GoType, parseAsGo } from './go-json.ts'
import { shapeProblem } from './json-shape.ts'
import { type ApiResponse, malformed } from './response.ts'

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly response: ApiResponse }

type JsonObject = Readonly<Record<string, unknown>>

/** What is wrong with a body; thrown by a {@link BodyReader} and caught by {@link decodeBody}. */
class Malformed extends Error {
  readonly response: ApiResponse

  constructor(code: number, message: string) {
    super(message)
    this.response = malformed(code, message)
  }
}

/** Reads a body. What is wrong with it becomes the answer. */
export function decodeBody<T>(read: () => T): Decoded<T> {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, response: error.response }
    throw error
  }
}

/** Takes the JSON of a request apart, and refuses what is not as it must be in the words of upstream's server. */
export class BodyReader {
  /** The parameter's name in the API's description. */
  readonly #name: string

  constructor(name: string) {
    this.#name = name
  }

  /** @param type how upstream reads it; what only this router has is read as it is */
  parse(body: Buffer, type: GoType = 'value'): unknown {
    if (body.length === 0) throw this.missing(this.#name)
    const problem = shapeProblem(body)
    if (problem !== undefined) throw this.unparsable(problem)
    try {
      return parseAsGo(body.toString(), type)
    } catch (error) {
      throw this.unparsable(messageOf(error))
    }
  }

  object(value: unknown, where: string): JsonObject {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrongType(value, where)
    return value as JsonObject
  }

  /** A list of things of which each may be null, which is a thing without anything in it. */
  objects(value: unknown, where: string, what: string): readonly JsonObject[] {
    if (!Array.isArray(value)) throw this.unparsable(`cannot unmarshal ${typeName(value)} into ${what}`)
    return value.map((item: unknown, index) => (item === null ? {} : this.object(item, `${where}${index}`)))
  }

  /** A mapping of texts; Go reads null as an empty text. */
  texts(value: unknown, where: string): Record<string, string> | undefined {
    if (value === undefined || value === null) return undefined
    const entries = Object.entries(this.object(value, where)).map(([name, item]): [string, string] => {
      if (typeof item !== 'string' && item !== null) throw this.wrongType(item, `${where}.${shorten(name)}`)
      return [name.toWellFormed(), item?.toWellFormed() ?? '']
    })
    return Object.fromEntries(entries)
  }

  text(value: unknown, where: string): string | undefined {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw this.wrongType(value, where)
    return value.toWellFormed()
  }

  boolean(value: unknown, where: string): boolean | undefined {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'boolean') throw this.wrongType(value, where)
    return value
  }

  time(value: unknown, where: string): Moment | undefined {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'string') throw this.wrongType(value, where)
    const moment = parseMoment(value)
    if (moment === undefined) {
      throw this.unparsable(`parsing time ${quoteShort(value)}: ${where} is not an RFC 3339 time`)
    }
    return moment
  }

  missing(where: string): Malformed {
    return new Malformed(602, `${where} in body is required`)
  }

  /** Too much of something. */
  tooLarge(what: string): Malformed {
    return new Malformed(413, what)
  }

  /** Against the API's schema, under a code of its own. */
  against(code: number, message: string): Malformed {
    return new Malformed(code, message)
  }

  wrongType(value: unknown, where: string): Malformed {
    return this.unparsable(`cannot unmarshal ${typeName(value)} into ${where}`)
  }

  unparsable(why: string): Malformed {
    return new Malformed(400, `parsing ${this.#name} body from "" failed, because ${why}`)
  }
}

/** What a peer sent comes back to it, but not all of what may be megabytes. */
export function quoteShort(text: string): string {
  return JSON.stringify(shorten(text))
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value === null ? 'null' : typeof value
}
