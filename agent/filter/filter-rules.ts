import { isAbout } from '#lib/select/container-rule.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import { Condition } from './condition.ts'
import { type RuleConfig, ruleName } from './config.ts'
import type { Drops } from './drops.ts'
import { RecordBody } from './record-body.ts'
import { type FilterRule, RecordFilter } from './record-filter.ts'

/** Filters by which rules they have are remembered, so that containers share them; not more than these. */
const MAX_KNOWN = 1_000

/** All rules of the configuration, which were checked. Says which of them are about a container. */
export class FilterRules {
  readonly #configs: readonly RuleConfig[]
  readonly #rules: readonly FilterRule[]
  readonly #drops: Drops
  readonly #body = new RecordBody()
  readonly #known = new Map<string, RecordFilter>()

  constructor(configs: readonly RuleConfig[], drops: Drops) {
    this.#configs = configs
    this.#drops = drops
    this.#rules = configs.map((config, index) => ({
      condition: new Condition(config, this.#body),
      oneIn: { keep: 1, drop: Number.POSITIVE_INFINITY, sample: config.one_in ?? 1 }[config.action],
      seed: index + 1,
      reason: drops.declare(`rule:${ruleName(config, index)}`),
    }))
  }

  /** Undefined if no rule is about the container. */
  of(container: Omit<ContainerInstance, 'restartCount'>): RecordFilter | undefined {
    const chosen = [...this.#configs.keys()].filter((index) => {
      const { containers } = this.#configs[index]!
      return containers.length === 0 || containers.some((about) => isAbout(about, container))
    })
    if (chosen.length === 0) return undefined
    const id = chosen.join()
    const known = this.#known.get(id)
    if (known !== undefined) return known
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    const rules = chosen.map((index) => this.#rules[index]!)
    const filter = new RecordFilter({ id, rules, body: this.#body, drops: this.#drops })
    this.#known.set(id, filter)
    return filter
  }
}
