import { type FieldSource, parseFieldSource } from './field-source.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** A part of a data stream's name is not longer than this, and its texts leave some of it for each field. */
const LONGEST_PART = 100
const LONGEST_TEXTS = 60
const MOST_FIELDS = 4

/** What is not taken in the middle of a data stream's name, where a dash begins the next part. */
const NOT_IN_DATASET = /[^a-z0-9._]/g
const NOT_IN_NAMESPACE = /[^a-z0-9._-]/g

/** A part of a data stream's name with fields of the record in it, written in braces: `apps.{namespace}`. */
export class NameTemplate {
  readonly problem: string | undefined
  readonly isOfResource: boolean
  readonly #kind: 'dataset' | 'namespace'
  readonly #texts: readonly string[]
  readonly #sources: readonly FieldSource[]
  /** Of a field: all of them fit, so that the texts behind them are there. */
  readonly #longestField: number

  constructor(template: string, kind: 'dataset' | 'namespace') {
    // Every second piece stands in braces.
    const pieces = template.split(/\{([^{}]*)\}/)
    const names = pieces.filter((_, index) => index % 2 === 1)
    const sources = names.map(parseFieldSource)
    this.#kind = kind
    this.#texts = pieces.filter((_, index) => index % 2 === 0)
    this.#sources = sources.filter((source) => source !== undefined)
    this.isOfResource = this.#sources.every((source) => source.isOfResource)
    this.#longestField = Math.floor((LONGEST_PART - this.#texts.join('').length) / Math.max(1, this.#sources.length))
    this.problem = this.#problemOf(names.find((_, index) => sources[index] === undefined))
  }

  /** All names that it makes, with `*` for fields. */
  get pattern(): string {
    return this.#texts.join('*')
  }

  /** The name for a record, of which nothing is left that a data stream's name can't have; undefined if it lacks a field. */
  render(resource: ResourceView, record: RecordView): string | undefined {
    let name = this.#texts[0]!
    for (const [index, source] of this.#sources.entries()) {
      const value = source.of(resource, record)
      if (value === '') return undefined
      const legal = value.toLowerCase().replace(this.#kind === 'dataset' ? NOT_IN_DATASET : NOT_IN_NAMESPACE, '_')
      name += legal.slice(0, this.#longestField)
      name += this.#texts[index + 1]!
    }
    return name
  }

  #problemOf(unknown: string | undefined): string | undefined {
    if (unknown !== undefined) return `there is no field {${unknown}}`
    const illegal = (this.#kind === 'dataset' ? NOT_IN_DATASET : NOT_IN_NAMESPACE).source
    const found = this.#texts.join('').match(illegal)
    if (found !== null) return `"${found[0]}" cannot be in it; small letters, digits, "." and "_" can`
    if (this.#texts.join('').length > LONGEST_TEXTS) return `its texts are longer than ${LONGEST_TEXTS} characters`
    if (this.#sources.length > MOST_FIELDS) return `it has more than ${MOST_FIELDS} fields`
    if (this.#kind === 'dataset' && !/^[a-z0-9]{2}/.test(this.#texts[0]!)) {
      return 'it must begin with a text of its own, as `apps.{namespace}` does: the index template is for all data streams that begin so'
    }
    return undefined
  }
}
