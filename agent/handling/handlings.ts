import type { ContentParser } from '#lib/parse/fields.ts'
import { createDecoder, type LogFormatName } from '../decode/detect.ts'
import type { LineDecoder } from '../decode/line.ts'
import type { ContainerInstance } from '../discover/paths.ts'
import type { RuleConfig } from '../filter/config.ts'
import type { Drops } from '../filter/drops.ts'
import { FilterRules } from '../filter/filter-rules.ts'
import type { RateLimitConfig } from '../filter/rate-limit-config.ts'
import { type ContainerLimit, RateLimits } from '../filter/rate-limits.ts'
import type { RecordFilter } from '../filter/record-filter.ts'
import type { KnownPods } from '../metadata/known-pods.ts'
import type { MultilineConfig } from '../multiline/config.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import { MultilineRules } from '../multiline/rules.ts'
import { createContentParser } from '../parse/detect.ts'
import { Annotations } from './annotations.ts'
import type { Setting, TimeSource, Vendor } from './config.ts'
import type { HandlingEvents } from './events.ts'
import type { Handling } from './handling.ts'
import { noWishes, type ParserName, type Wishes } from './wishes.ts'

/** What the configuration says of logs. */
export interface HandlingConfig {
  readonly logs: {
    readonly format: LogFormatName
    readonly parse: ParserName
    readonly time: TimeSource
    readonly multiline: MultilineConfig
    readonly rules: readonly RuleConfig[]
    readonly rate_limit: RateLimitConfig
  }
  readonly annotations: { readonly accept: readonly Vendor[]; readonly settings: readonly Setting[] }
}

export interface HandlingDeps {
  /** Undefined if nobody is asked: then pods have no say. */
  readonly pods: Pick<KnownPods, 'lookupInstance'> | undefined
  readonly events: HandlingEvents
  /** Whether a container of a pod with these labels is read. */
  readonly takes: (instance: ContainerInstance, labels: ReadonlyMap<string, string>) => boolean
  /** Counts what is dropped. */
  readonly drops: Drops
}

/** Handlings that no log may have any more are remembered, so that logs share them; not more than these. */
const MAX_KNOWN = 1_000

/** What comes of a configuration. */
interface Settings {
  readonly rules: MultilineRules
  readonly annotations: Annotations
  readonly filters: FilterRules
  readonly limits: RateLimits
  readonly parse: ParserName
  readonly time: TimeSource
}

/** Says how the lines of a container instance are handled: by the configuration, and by what its pod asks for. */
export class Handlings {
  readonly #deps: HandlingDeps
  readonly #decoder: LineDecoder
  #settings: Settings
  readonly #parsers = new Map<string, ContentParser>()
  readonly #known = new Map<string, Handling>()

  constructor(config: HandlingConfig, deps: HandlingDeps) {
    this.#deps = deps
    this.#decoder = createDecoder(config.logs.format)
    this.#settings = createSettings(config, deps)
  }

  /** Makes ready for another configuration, which counts once what is returned is called. The format stays. */
  prepare(config: HandlingConfig): () => void {
    const settings = createSettings(config, this.#deps)
    return () => {
      this.#settings = settings
      this.#known.clear()
    }
  }

  /** The multiline rule with an id that is written down, whatever the configuration is by now. */
  withId(id: string): MultilineRule | undefined {
    return this.#settings.rules.withId(id)
  }

  /** A multiline rule by its name: `auto`, `off`, or a pattern of the configuration. */
  ruleNamed(name: string): MultilineRule | undefined {
    return this.#settings.rules.named(name)
  }

  /** Never waits: what the pod asks for counts as far as it is known. */
  of(instance: ContainerInstance): Handling {
    const { rules, annotations, filters, limits } = this.#settings
    const pod = this.#deps.pods?.lookupInstance(instance)
    const wishes = pod === undefined ? noWishes() : annotations.read(pod, instance.container)
    if (pod !== undefined && !this.#deps.takes(instance, pod.labels)) wishes.exclude = [true, true]
    wishes.multiline ??= rules.of(instance)
    const filter = filters.of(instance)
    const limit = limits.of(instance, wishes.rateLimit)
    const key = `${keyOf(wishes)} ${filter?.id} ${limit?.id}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= MAX_KNOWN) this.#known.clear()
    const handling = this.#create(wishes, filter, limit)
    this.#known.set(key, handling)
    return handling
  }

  #create(
    { exclude, parser, multiline, time: source }: Wishes,
    filter: RecordFilter | undefined,
    limit: ContainerLimit | undefined,
  ): Handling {
    const { rules, parse } = this.#settings
    const time = (source ?? this.#settings.time) === 'body'
    const [stdout = parse, stderr = parse] = parser
    return {
      decoder: this.#decoder,
      multiline: multiline ?? rules.default,
      parsers: [this.#parserOf(stdout, time), this.#parserOf(stderr, time), this.#parserOf(stdout, time)],
      time,
      excludedStreams: (exclude[0] ? 1 : 0) | (exclude[1] ? 2 : 0),
      filter,
      limit,
    }
  }

  #parserOf(name: ParserName, time: boolean): ContentParser {
    const key = `${name} ${time}`
    const known = this.#parsers.get(key)
    if (known !== undefined) return known
    const parser = createContentParser(name, { time })
    this.#parsers.set(key, parser)
    return parser
  }
}

function createSettings({ logs, annotations }: HandlingConfig, { events, drops }: HandlingDeps): Settings {
  const rules = new MultilineRules(logs.multiline)
  const { parse, time } = logs
  const filters = new FilterRules(logs.rules, drops)
  const limits = new RateLimits(logs.rate_limit)
  return { rules, annotations: new Annotations({ ...annotations, rules, events }), filters, limits, parse, time }
}

function keyOf({ exclude, parser, multiline, time }: Wishes): string {
  return [...exclude, ...parser, time, multiline?.id].join(' ')
}
