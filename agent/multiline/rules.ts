import { type ContainerRule, isAbout } from '#lib/select/container-rule.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import { autoLinesOf, createAutoRule, SINGLE_LINES } from './auto.ts'
import { type MultilineConfig, patternSpecOf } from './config.ts'
import { createPatternRule, type PatternRuleResult, type PatternSpec, patternRuleOf } from './pattern-rule.ts'
import type { MultilineRule } from './rule.ts'

/** Of patterns that come with a pod: whoever wrote them does not own the node. */
const ANNOTATION_LIMITS = { maxChars: 512, maxProgram: 500 }
/** Rules by id that the configuration does not name are remembered, so that containers share them; not more than these. */
const MAX_OTHERS = 1_000

/** The rules by which lines are joined: those of the configuration, by name, and those of any id. */
export class MultilineRules {
  /** That of containers which no pattern is about. */
  readonly default: MultilineRule
  readonly #flushAfterMs: number
  readonly #named = new Map<string, MultilineRule>()
  readonly #chosen: { readonly containers: readonly ContainerRule[]; readonly rule: MultilineRule }[] = []
  readonly #byId = new Map<string, MultilineRule>()
  readonly #others = new Map<string, MultilineRule>()
  readonly #specs = new Map<string, PatternRuleResult>()

  /** The patterns were checked. */
  constructor(config: MultilineConfig) {
    this.#name('auto', createAutoRule({ maxLines: config.max_lines, flushAfterMs: config.flush_after }))
    this.#name('off', SINGLE_LINES)
    this.#flushAfterMs = config.flush_after
    this.default = this.#named.get(config.mode)!
    for (const pattern of config.patterns) {
      const result = createPatternRule(patternSpecOf(pattern, config))
      if (!result.ok) throw new Error(`logs.multiline.patterns: ${result.problem}`)
      this.#name(pattern.name, result.rule)
      this.#chosen.push({ containers: pattern.containers, rule: result.rule })
    }
  }

  /** What the configuration says of a container. */
  of(container: Omit<ContainerInstance, 'restartCount'>): MultilineRule {
    for (const { containers, rule } of this.#chosen) {
      if (containers.some((about) => isAbout(about, container))) return rule
    }
    return this.default
  }

  /** `auto`, `off`, or a pattern of the configuration. */
  named(name: string): MultilineRule | undefined {
    return this.#named.get(name)
  }

  /** The rule of patterns that come with a pod; they are given less than those of the configuration. */
  withSpec(spec: PatternSpec): PatternRuleResult {
    const key = JSON.stringify(spec)
    const known = this.#specs.get(key)
    if (known !== undefined) return known
    if (this.#specs.size >= MAX_OTHERS) this.#specs.clear()
    const result = createPatternRule(spec, ANNOTATION_LIMITS)
    this.#specs.set(key, result)
    return result
  }

  /** The rule with an id that is written down; undefined for one that this version of the agent does not know. */
  withId(id: string): MultilineRule | undefined {
    const known = this.#byId.get(id) ?? this.#others.get(id)
    if (known !== undefined) return known
    const maxLines = autoLinesOf(id)
    const rule =
      maxLines === undefined ? patternRuleOf(id) : createAutoRule({ maxLines, flushAfterMs: this.#flushAfterMs })
    if (rule === undefined) return undefined
    if (this.#others.size >= MAX_OTHERS) this.#others.clear()
    this.#others.set(id, rule)
    return rule
  }

  #name(name: string, rule: MultilineRule): void {
    this.#named.set(name, rule)
    this.#byId.set(rule.id, rule)
  }
}
