import type { Clock } from '#lib/clock.ts'
import type { Turns } from './cluster/turns.ts'
import type { AlertmanagerConfig } from './config/alertmanager-yml.ts'
import { receiversOf } from './config/own.ts'
import { Dispatcher } from './group/dispatcher.ts'
import { Inhibitor } from './inhibit/inhibitor.ts'
import type { Muter } from './mute/mute.ts'
import { createTimeIntervals, type TimeIntervals } from './mute/time-intervals.ts'
import { type BuildDeps, buildReceivers, buildTemplates } from './notify/build-receivers.ts'
import { createNotify, type NotifyOptions } from './notify/stages.ts'
import { createRenderLabels } from './route/labels.ts'
import { allRoutes, createRouteTree } from './route/tree.ts'
import type { RouterState } from './store/state.ts'
import type { Templates } from './template/templates.ts'
import type { Tracer } from './tracing/tracer.ts'
import { tracerOf } from './tracing/tracer-of.ts'

export interface InForceOptions extends BuildDeps, Pick<NotifyOptions, 'events' | 'random' | 'observeLatency'> {
  readonly clock: Clock
  readonly turns: Turns
  readonly retentionMs: number
}

/** What is made of one configuration, and is made anew when that changes. */
export interface InForce {
  readonly config: AlertmanagerConfig
  readonly inhibitor: Inhibitor
  /** What keeps single alerts from being told, in the order in which it is asked. */
  readonly muters: readonly Muter[]
  readonly timeIntervals: TimeIntervals
  readonly templates: Templates
  readonly tracer: Tracer
  /** Routes and groups, with mute > notify behind them. */
  readonly dispatcher: Dispatcher
}

/**
 * Rejects when a receiver cannot be built, or a file for tracing not be read. Nothing is told before the dispatcher is
 * started.
 *
 * @param before what goes on as it is where its part of the configuration is the same
 */
export async function buildInForce(
  config: AlertmanagerConfig,
  state: RouterState,
  options: InForceOptions,
  before?: InForce,
): Promise<InForce> {
  const { clock, turns } = options
  const inhibitor = new Inhibitor({ rules: config.inhibitRules, clock })
  const muters = [inhibitor, state.silences]
  const timeIntervals = createTimeIntervals(config.timeIntervals)
  const root = createRouteTree(config.route)
  const used = new Set(Array.from(allRoutes(root), ({ receiver }) => receiver)).union(receiversOf(config.own))
  const templates = await buildTemplates(config, used, options)
  const receivers = await buildReceivers(config, used, templates, options)
  const { nflog, journal, failures, acknowledgements } = state
  const notify = createNotify({
    ...{ ...options, receivers, muters, timeIntervals, nflog, journal, failures, acknowledgements },
    fallback: config.own.fallback,
  })
  // Last: there is nothing to close if something else cannot be built.
  const tracer = await tracerOf(config, before, options)
  const dispatcher = new Dispatcher({
    ...{ root, clock, log: state.groups, notify, tracer },
    renderLabels: createRenderLabels({ ...options, templates }),
    allowanceMs: () => turns.allowanceMs,
  })
  return { config, inhibitor, muters, timeIntervals, templates, tracer, dispatcher }
}
