import { formatDuration } from '#lib/duration.ts'
import type { LabelSet } from '#lib/labels.ts'
import { explainRoute } from '../../../alertmanager/route/explain.ts'
import { createRouteTree, groupLabels, matchRoutes, type Route } from '../../../alertmanager/route/tree.ts'
import { write } from '../../query/output.ts'
import type { Values } from '../command-line/grammar.ts'
import { drawTree } from '../format/tree-text.ts'
import { loadConfiguration } from './load.ts'
import { readLabels } from './routes.ts'
import { stepNode } from './step-node.ts'

/** `routes explain`: the way of an alert through the whole tree, what kept it out, and the group in which it is told. */
export async function explainRoutes(values: Values): Promise<void> {
  const config = await loadConfiguration(values)
  const root = createRouteTree(config.route)
  const labels = readLabels(values)
  const ends = matchRoutes(root, labels)
  await write(drawTree([stepNode(explainRoute(root, labels))]))
  for (const end of ends) await write(`\n${describeEnd(end, labels)}`)
  const { mutesAt } = await import('./mutes.ts')
  await write(`\n${await mutesAt(config, ends, values.text('at') ?? 'now')}`)
}

function describeEnd(route: Route, labels: LabelSet): string {
  const { receiver, key, groupWaitMs, groupIntervalMs, repeatIntervalMs } = route
  const times = `group_wait ${formatDuration(groupWaitMs)}, group_interval ${formatDuration(groupIntervalMs)}`
  return [
    `receiver: ${receiver}`,
    `  group:  ${key}:${groupLabels(route, labels)}`,
    `  times:  ${times}, repeat_interval ${formatDuration(repeatIntervalMs)}`,
    '',
  ].join('\n')
}
