import type { Leaf, LeafKind } from '../json/shape.ts'
import type { DynamicTemplate, MatchType } from './dynamic-templates.ts'
import {
  DEFAULT_TIMESTAMP,
  DYNAMIC_BOOLEAN,
  DYNAMIC_KEYWORD,
  DYNAMIC_NUMBER,
  DYNAMIC_TEXT,
  type FieldType,
} from './field-type.ts'
import type { JsonObject } from './json-object.ts'
import { emptyDefinition, type MappingDefinition, parentsOf, parseField, parseMappings } from './parse-mapping.ts'

/** How a leaf of a document is understood. */
export type LeafRule =
  | { readonly kind: 'typed'; readonly type: FieldType }
  /** Kept, never found. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'refused'; readonly type: string; readonly reason: string }

/** The fields that a name in a query means, among the columns of a block. */
export interface FieldSelector {
  /** Paths that may have a column. */
  readonly paths: readonly FieldPath[]
  /** All documents have this value, whatever is in them. */
  readonly constant?: string
}

interface FieldPath {
  readonly path: string
  /** The path stands for everything below it. */
  readonly isPrefix: boolean
  /** In place of the type that the column's leaf has. */
  readonly type?: FieldType
  /** Applies only to leaves that are dynamic text: the twin that no mapping names. */
  readonly isKeywordTwin?: boolean
}

/** What an index knows about fields: from its template for those named there, by their JSON type for all others. */
export class Mapping {
  readonly #definition: MappingDefinition
  readonly #rules = new Map<string, LeafRule>()
  readonly #dynamicObjects = new Map<string, MappingDefinition>()

  constructor(mappings: JsonObject) {
    this.#definition = parseMappings(mappings)
    if (!this.#definition.fields.has('@timestamp')) this.#definition.fields.set('@timestamp', DEFAULT_TIMESTAMP)
  }

  /** The type of `@timestamp`. */
  get timestamp(): FieldType {
    return this.#definition.fields.get('@timestamp')!
  }

  /** What is wrong with an object at this path, if anything is. */
  objectProblem(path: string): { readonly type: string; readonly reason: string } | undefined {
    if (this.#isOpaque(path)) return undefined
    const { fields, aliases } = this.#definition
    const type = fields.get(path)
    if (type !== undefined)
      return {
        type: 'document_parsing_exception',
        reason: `failed to parse field [${path}] of type [${type.name}]: it is an object`,
      }
    if (aliases.has(path)) return aliasProblem(path)
    return undefined
  }

  /** Whether some value of a leaf like this may be refused. */
  needsCheck({ path, kind }: Leaf): boolean {
    const samples = kind === 'string' ? [''] : ['0', '0.5', 'true']
    return samples.some((sample) => {
      const rule = this.ruleOf({ path, kind }, sample)
      if (rule.kind !== 'typed') return rule.kind === 'refused'
      return (
        rule.type !== DYNAMIC_NUMBER && rule.type !== DYNAMIC_BOOLEAN && !['keyword', 'text'].includes(rule.type.family)
      )
    })
  }

  ruleOf({ path, kind }: Leaf, sample: string): LeafRule {
    const matchType = matchTypeOf(kind, sample)
    const key = `${matchType} ${path}`
    let rule = this.#rules.get(key)
    if (rule === undefined) {
      rule = this.#findRule(path, matchType)
      if (this.#rules.size > MAX_REMEMBERED) this.#rules.clear()
      this.#rules.set(key, rule)
    }
    return rule
  }

  /** The type of a leaf's values, or undefined if they are not found. */
  typeOf(leaf: Leaf, sample: string): FieldType | undefined {
    const rule = this.ruleOf(leaf, sample)
    return rule.kind === 'typed' ? rule.type : undefined
  }

  #findRule(path: string, matchType: MatchType | 'null'): LeafRule {
    const { fields, flattened, aliases, objects, multiFields } = this.#definition
    const explicit = fields.get(path)
    if (explicit !== undefined) return { kind: 'typed', type: explicit }
    if (this.#isOpaque(path)) return { kind: 'ignored' }
    if (matchType === 'null') return { kind: 'ignored' }
    if (flattened.has(path)) return refused(`failed to parse field [${path}] of type [flattened]: it is no object`)
    if (aliases.has(path)) return { kind: 'refused', ...aliasProblem(path) }
    if (objects.has(path))
      return refused(
        `object mapping for [${path}] tried to parse field [${path}] as object, but found a concrete value`,
      )
    const parents = parentsOf(path)
    for (const parent of parents) {
      const keyed = flattened.get(parent)
      if (keyed !== undefined) return { kind: 'typed', type: keyed }
      if (fields.has(parent) || multiFields.has(path))
        return refused(`failed to parse field [${parent}]: it is mapped as a value and has a field below it`)
    }
    return this.#findDynamicRule(path, parents, matchType)
  }

  #findDynamicRule(path: string, parents: readonly string[], matchType: MatchType): LeafRule {
    let dynamic = this.#definition.dynamic
    for (const parent of parents) {
      const rule = this.#definition.objects.get(parent)
      dynamic = rule?.dynamic ?? dynamic
      if (rule !== undefined) continue
      const mapped = this.#dynamicMapping(parent, 'object')
      const keyed = mapped?.flattened.get(parent)
      if (keyed !== undefined) return { kind: 'typed', type: keyed }
    }
    if (dynamic === 'false') return { kind: 'ignored' }
    if (dynamic === 'strict') {
      return {
        kind: 'refused',
        type: 'strict_dynamic_mapping_exception',
        reason: `mapping set to strict, dynamic introduction of [${path}] within [${parents.at(-1) ?? '_doc'}] is not allowed`,
      }
    }
    const mapped = this.#dynamicMapping(path, matchType)
    const type = mapped?.fields.get(path)
    if (type !== undefined) return { kind: 'typed', type }
    if (matchType === 'string') return { kind: 'typed', type: DYNAMIC_TEXT }
    return { kind: 'typed', type: matchType === 'boolean' ? DYNAMIC_BOOLEAN : DYNAMIC_NUMBER }
  }

  /** What the first dynamic template that applies makes of a path. */
  #dynamicMapping(path: string, type: MatchType): MappingDefinition | undefined {
    const template = this.#definition.dynamicTemplates.find((candidate: DynamicTemplate) =>
      candidate.matches(path, type),
    )
    if (template === undefined) return undefined
    const key = `${type} ${path}`
    let mapped = this.#dynamicObjects.get(key)
    if (mapped === undefined) {
      mapped = emptyDefinition()
      const body = template.mappingOf(path, type)
      parseField(
        mapped,
        path,
        body.type === undefined && type !== 'object' ? { type: defaultTypeName(type), ...body } : body,
      )
      if (this.#dynamicObjects.size > MAX_REMEMBERED) this.#dynamicObjects.clear()
      this.#dynamicObjects.set(key, mapped)
    }
    return mapped
  }

  /** Whether nothing below or at the path is looked at. */
  #isOpaque(path: string): boolean {
    const { objects } = this.#definition
    return (
      objects.get(path)?.enabled === false || parentsOf(path).some((parent) => objects.get(parent)?.enabled === false)
    )
  }

  /** The fields that the mapping names, by path; for an alias the path that it stands for. */
  get named(): ReadonlyMap<string, FieldType | string> {
    const { aliases, multiFields, flattened, fields } = this.#definition
    const multi = [...multiFields].map(([path, { type }]) => [path, type] as const)
    return new Map<string, FieldType | string>([...fields, ...multi, ...flattened, ...aliases])
  }

  /** Names without the object's, of fields that the mapping names in pass-through objects. */
  get shortNames(): readonly string[] {
    const { passthrough } = this.#definition
    const names = [...this.named.keys()]
    return passthrough.flatMap(({ path }) =>
      names.flatMap((name) => (name.startsWith(`${path}.`) ? [name.slice(path.length + 1)] : [])),
    )
  }

  /** Whether a name is that of a whole flattened field. */
  isFlattened(name: string): boolean {
    return this.#definition.flattened.has(this.#definition.aliases.get(name) ?? name)
  }

  /** What a field name in a query means. */
  select(name: string): FieldSelector {
    const { aliases, multiFields, flattened, fields, passthrough } = this.#definition
    const path = aliases.get(name) ?? name
    const type = fields.get(path)
    if (type?.family === 'constant') return { paths: [], constant: type.value ?? '' }
    const multi = multiFields.get(path)
    if (multi !== undefined) return { paths: [{ path: multi.path, isPrefix: false, type: multi.type }] }
    if (flattened.has(path)) return { paths: [{ path, isPrefix: true }] }
    const paths: FieldPath[] = [{ path, isPrefix: false }]
    if (type === undefined) {
      if (path.endsWith('.keyword'))
        paths.push({
          path: path.slice(0, -'.keyword'.length),
          isPrefix: false,
          type: DYNAMIC_KEYWORD,
          isKeywordTwin: true,
        })
      for (const { path: prefix } of passthrough) paths.push({ path: `${prefix}.${path}`, isPrefix: false })
    }
    return { paths }
  }
}

const MAX_REMEMBERED = 20_000

/** What dynamic templates call the type of a JSON value. */
export function matchTypeOf(kind: LeafKind, sample: string): MatchType | 'null' {
  if (kind === 'string') return 'string'
  if (sample === 'null') return 'null'
  if (sample === 'true' || sample === 'false') return 'boolean'
  return sample.includes('.') || sample.includes('e') || sample.includes('E') ? 'double' : 'long'
}

function defaultTypeName(type: MatchType): string {
  return type === 'string' ? 'text' : type
}

function refused(reason: string): LeafRule {
  return { kind: 'refused', type: 'document_parsing_exception', reason }
}

function aliasProblem(path: string): { type: string; reason: string } {
  return { type: 'document_parsing_exception', reason: `Cannot write to a field alias [${path}].` }
}
