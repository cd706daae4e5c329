import { RESOLVE_TIMEOUT_MS } from './moments.ts'

type Section = Readonly<Record<string, unknown>>

/** A node of a routing tree, with the scenario's own names for receivers and time intervals. */
export interface RouteSection extends Section {
  readonly receiver?: string
  readonly routes?: readonly RouteSection[]
  readonly mute_time_intervals?: readonly string[]
  readonly active_time_intervals?: readonly string[]
}

/** What a scenario has of a configuration that it shares with others. */
export interface ScenarioConfig {
  /** The top of the scenario's tree. It groups by nothing unless told, and waits one second, as long as its interval is. */
  readonly route?: RouteSection
  /** The webhooks of each receiver; `team` has one unless told. */
  readonly receivers?: Readonly<Record<string, readonly Section[]>>
  /** Source and target are of the scenario in any case. */
  readonly inhibitRules?: readonly Section[]
  readonly intervals?: Readonly<Record<string, readonly Section[]>>
}

/** A scenario, as far as the configuration is concerned. */
export interface Configured {
  readonly name: string
  readonly config?: ScenarioConfig
  /** Its configuration later on, if that is another one. */
  readonly after?: ScenarioConfig
}

/** The name that a receiver or an interval of a scenario has in the configuration. */
export const fullName = (scenario: string, name: string) => `${scenario}/${name}`

/** One configuration for all scenarios, which have a subtree each. It is JSON, so YAML too. */
export function configuration(scenarios: readonly Configured[], hookUrl: string, isAfter = false): string {
  const parts = scenarios.map(({ name, config = {}, after }) => {
    return partOf(name, isAfter ? (after ?? config) : config, `${hookUrl}/${name}`)
  })
  return JSON.stringify(
    {
      global: { resolve_timeout: `${RESOLVE_TIMEOUT_MS / 1_000}s` },
      route: { receiver: 'nobody', routes: parts.map(({ route }) => route) },
      receivers: [{ name: 'nobody' }, ...parts.flatMap(({ receivers }) => receivers)],
      inhibit_rules: parts.flatMap(({ inhibitRules }) => inhibitRules),
      time_intervals: parts.flatMap(({ intervals }) => intervals),
    },
    undefined,
    1,
  )
}

function partOf(scenario: string, config: ScenarioConfig, url: string) {
  const { route = {}, receivers = { team: [{}] }, inhibitRules = [], intervals = {} } = config
  const top = {
    ...{ receiver: 'team', group_by: [], group_wait: '1s', group_interval: '1s', repeat_interval: '1h' },
    ...route,
    matchers: [matcherOf(scenario), ...((route.matchers as string[] | undefined) ?? [])],
  }
  return {
    route: withFullNames(scenario, top),
    receivers: Object.entries(receivers).map(([name, webhooks]) => ({
      name: fullName(scenario, name),
      webhook_configs: webhooks.map((webhook, index) => ({ url: `${url}/${name}/${index}`, ...webhook })),
    })),
    inhibitRules: inhibitRules.map((rule) => ({
      ...rule,
      source_matchers: [matcherOf(scenario), ...matchersOf(rule, 'source_matchers')],
      target_matchers: [matcherOf(scenario), ...matchersOf(rule, 'target_matchers')],
    })),
    intervals: Object.entries(intervals).map(([name, items]) => ({
      name: fullName(scenario, name),
      time_intervals: items,
    })),
  }
}

const matcherOf = (scenario: string) => `scenario="${scenario}"`

function matchersOf(rule: Section, key: string): readonly string[] {
  return (rule[key] as readonly string[] | undefined) ?? []
}

function withFullNames(scenario: string, route: RouteSection): RouteSection {
  const { receiver, routes, mute_time_intervals: muted, active_time_intervals: active, ...rest } = route
  const named = (names: readonly string[]) => names.map((name) => fullName(scenario, name))
  return {
    ...rest,
    ...(receiver === undefined ? {} : { receiver: fullName(scenario, receiver) }),
    ...(routes === undefined ? {} : { routes: routes.map((child) => withFullNames(scenario, child)) }),
    ...(muted === undefined ? {} : { mute_time_intervals: named(muted) }),
    ...(active === undefined ? {} : { active_time_intervals: named(active) }),
  }
}
