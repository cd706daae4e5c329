import { LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { nameOfRoute } from '../../../alertmanager/route/explain.ts'
import { createRouteTree, matchRoutes, type Route } from '../../../alertmanager/route/tree.ts'
import { write } from '../../query/output.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { drawTree, type TreeNode } from '../format/tree-text.ts'
import { matcherModeOf, readPairs } from '../matchers.ts'
import { loadConfiguration } from './load.ts'

/** `config routes show`: the whole tree. */
export async function showRoutes(values: Values): Promise<void> {
  const { route } = await loadConfiguration(values)
  await write(`Routing tree:\n${drawTree([nodeOf(createRouteTree(route))])}\n`)
}

/** `config routes test`: the receivers of an alert with these labels, and whether they are those that are expected. */
export async function testRoutes(values: Values): Promise<void> {
  const config = await loadConfiguration(values)
  const root = createRouteTree(config.route)
  const labels = readLabels(values)
  if (values.isOn('tree')) await write(`Matching routes:\n${drawTree([matchingNode(root, labels)])}\n\n`)
  const found = matchRoutes(root, labels)
  const receivers = found.map(({ receiver }) => receiver).join(',')
  await write(`${receivers}\n`)
  const at = values.text('at')
  if (at !== undefined) await write(await (await import('./mutes.ts')).mutesAt(config, found, at))
  const expected = values.text('verify.receivers') ?? ''
  if (expected === '' || expected === receivers) return
  await write('WARNING: Expected receivers did not match resolved receivers.\n')
  process.exitCode = 1
}

export function readLabels(values: Values): LabelSet {
  try {
    const refusal = 'Labels must be specified as key=value pairs'
    return LabelSet.from(readPairs(values.texts('labels'), matcherModeOf(values), refusal))
  } catch (error) {
    if (!(error instanceof CommandError) || error.message.startsWith('Labels')) throw error
    throw new CommandError(`Failed to parse labels: ${error.message}`)
  }
}

function nodeOf(route: Route): TreeNode {
  const goesOn = route.continue ? '  continue: true' : ''
  return { text: `${nameOfRoute(route)}${goesOn}  receiver: ${route.receiver}`, children: route.routes.map(nodeOf) }
}

/** The nodes that the labels enter; the last ones of each way tell somebody. */
function matchingNode(route: Route, labels: LabelSet): TreeNode {
  const children: TreeNode[] = []
  for (const child of route.routes) {
    if (!matchesAll(child.matchers, labels)) continue
    children.push(matchingNode(child, labels))
    if (!child.continue) break
  }
  return {
    text: children.length > 0 ? nameOfRoute(route) : `${nameOfRoute(route)}  receiver: ${route.receiver}`,
    children,
  }
}
