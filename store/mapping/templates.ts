import type { StateFile, TemplateKind } from '../disk/state-file.ts'
import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import { isObject, type JsonObject, simplePattern } from './json-object.ts'
import { Mapping } from './mapping.ts'
import { patternsOverlap } from './overlap.ts'
import type { IndexSettings } from './settings.ts'
import { type ComponentTemplate, type IndexTemplate, parseComponentTemplate, parseIndexTemplate } from './template.ts'

/** What the templates make of an index name. */
export interface IndexPlan {
  /** The template that applies, if one does. */
  readonly template: string | undefined
  readonly isDataStream: boolean
  readonly mapping: Mapping
  readonly settings: IndexSettings
  readonly aliases: readonly string[]
  readonly lifecycle: JsonObject | undefined
}

/** The index and component templates. Every change is durable when it returns. */
export class Templates {
  readonly #state: StateFile
  readonly #components = new Map<string, ComponentTemplate>()
  readonly #indexTemplates = new Map<string, IndexTemplate>()
  /** By index name; forgotten with every change. */
  readonly #plans = new Map<string, IndexPlan>()

  constructor(state: StateFile) {
    this.#state = state
    for (const [name, body] of state.readTemplates('component')) {
      this.#components.set(name, parseComponentTemplate(JSON.parse(body) as JsonObject))
    }
    for (const [name, body] of state.readTemplates('index')) {
      this.#indexTemplates.set(name, parseIndexTemplate(JSON.parse(body) as JsonObject))
    }
  }

  get components(): ReadonlyMap<string, ComponentTemplate> {
    return this.#components
  }

  get indexTemplates(): ReadonlyMap<string, IndexTemplate> {
    return this.#indexTemplates
  }

  /** @throws ElasticsearchError if the template, or an index template that has it, does not work; then nothing changed */
  putComponent(name: string, body: JsonObject): void {
    const component = parseComponentTemplate(body)
    const before = this.#components.get(name)
    this.#components.set(name, component)
    try {
      for (const [user, template] of this.#indexTemplates) {
        if (template.composedOf.includes(name)) this.#compose(user, template)
      }
      this.#state.writeTemplate('component', name, JSON.stringify(body))
    } catch (error) {
      if (before === undefined) this.#components.delete(name)
      else this.#components.set(name, before)
      throw error
    }
    this.#plans.clear()
  }

  /** @throws ElasticsearchError as {@link putComponent} */
  putIndexTemplate(name: string, body: JsonObject): void {
    const template = parseIndexTemplate(body)
    const missing = template.composedOf.filter(
      (component) => !this.#components.has(component) && !template.ignoreMissing.includes(component),
    )
    if (missing.length > 0) {
      throw invalid(
        name,
        `index template [${name}] specifies component templates [${missing.join(', ')}] that do not exist`,
      )
    }
    this.#requireOwnPatterns(name, template)
    this.#compose(name, template)
    this.#state.writeTemplate('index', name, JSON.stringify(body))
    this.#indexTemplates.set(name, template)
    this.#plans.clear()
  }

  /** Two templates of one priority must not both apply to a name. */
  #requireOwnPatterns(name: string, template: IndexTemplate): void {
    for (const [other, { priority, indexPatterns }] of this.#indexTemplates) {
      if (other === name || priority !== template.priority) continue
      if (
        !template.indexPatterns.some((pattern) => indexPatterns.some((existing) => patternsOverlap(pattern, existing)))
      )
        continue
      throw illegalArgument(
        `index template [${name}] has index patterns [${template.indexPatterns.join(', ')}] matching patterns from existing templates [${other}] ` +
          `with patterns (${other} => [${indexPatterns.join(', ')}]) that have the same priority [${priority}], multiple index templates may not match ` +
          'during index creation, please use a different priority',
      )
    }
  }

  /** @throws ElasticsearchError if an index template has one of them */
  deleteComponents(names: readonly string[]): void {
    const users = [...this.#indexTemplates].filter(([, { composedOf }]) =>
      composedOf.some((component) => names.includes(component)),
    )
    if (users.length > 0) {
      throw illegalArgument(
        `component templates [${names.join(', ')}] cannot be removed as they are still in use by index templates [${users.map(([user]) => user).join(', ')}]`,
      )
    }
    this.#delete('component', this.#components, names)
  }

  deleteIndexTemplates(names: readonly string[]): void {
    this.#delete('index', this.#indexTemplates, names)
  }

  #delete(kind: TemplateKind, map: Map<string, unknown>, names: readonly string[]): void {
    this.#state.deleteTemplates(kind, names)
    for (const name of names) map.delete(name)
    this.#plans.clear()
  }

  /** What applies to an index of this name now. */
  planFor(index: string): IndexPlan {
    let plan = this.#plans.get(index)
    if (plan === undefined) {
      const [name, template] = this.#bestFor(index) ?? [undefined, undefined]
      plan = template === undefined ? NO_PLAN() : this.#compose(name!, template)
      if (this.#plans.size >= MAX_PLANS) this.#plans.clear()
      this.#plans.set(index, plan)
    }
    return plan
  }

  #bestFor(index: string): [string, IndexTemplate] | undefined {
    let best: [string, IndexTemplate] | undefined
    for (const entry of this.#indexTemplates) {
      const [, { indexPatterns, priority }] = entry
      if (best !== undefined && best[1].priority >= priority) continue
      if (indexPatterns.some((pattern) => simplePattern(pattern)(index))) best = entry
    }
    return best
  }

  #compose(name: string, template: IndexTemplate): IndexPlan {
    const parts = template.composedOf.flatMap((component) => this.#components.get(component)?.content ?? [])
    const contents = [...parts, template.content]
    const mappings = contents.map((content) => content.mappings).reduce(mergeMappings, {})
    try {
      return {
        template: name,
        isDataStream: template.isDataStream,
        mapping: new Mapping(mappings),
        settings: new Map(contents.flatMap(({ settings }) => [...settings])),
        aliases: contents.flatMap(({ aliases }) => Object.keys(aliases)),
        lifecycle: contents.findLast(({ lifecycle }) => lifecycle !== undefined)?.lifecycle,
      }
    } catch (error) {
      if (!(error instanceof ElasticsearchError)) throw error
      throw illegalArgument(`composable template [${name}] template after composition is invalid: ${error.message}`)
    }
  }
}

const MAX_PLANS = 1024

const NO_PLAN = (): IndexPlan => ({
  template: undefined,
  isDataStream: false,
  mapping: new Mapping({}),
  settings: new Map(),
  aliases: [],
  lifecycle: undefined,
})

/** The later of two mappings wins field by field. Its dynamic templates come last; one of the same name takes the place of the earlier. */
function mergeMappings(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...below, ...above }
  if (isObject(below.properties) && isObject(above.properties)) {
    merged.properties = mergeProperties(below.properties, above.properties)
  }
  if (Array.isArray(below.dynamic_templates) && Array.isArray(above.dynamic_templates)) {
    const byName = new Map(
      [...below.dynamic_templates, ...above.dynamic_templates].map((rule: unknown) => [ruleName(rule), rule]),
    )
    merged.dynamic_templates = [...byName.values()]
  }
  return merged
}

function ruleName(rule: unknown): unknown {
  return isObject(rule) ? Object.keys(rule)[0] : rule
}

function mergeProperties(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...below }
  for (const [name, body] of Object.entries(above)) {
    const existing = merged[name]
    const bothObjects = isObject(existing) && isObject(body) && isObjectField(existing) && isObjectField(body)
    merged[name] = bothObjects
      ? { ...existing, ...body, properties: mergeProperties(asObject(existing.properties), asObject(body.properties)) }
      : body
  }
  return merged
}

function isObjectField({ type }: JsonObject): boolean {
  return type === undefined || type === 'object' || type === 'passthrough'
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function invalid(name: string, cause: string): ElasticsearchError {
  return new ElasticsearchError(
    400,
    'invalid_index_template_exception',
    `index_template [${name}] invalid, cause [${cause}]`,
  )
}
