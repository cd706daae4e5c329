import type { Clock } from '#lib/clock.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { Answer } from '../index/answer.ts'
import { readBlock } from '../index/block.ts'
import { type Flavour, flavourName, isAtLeast, readFlavour } from '../index/flavour.ts'
import type { Ask } from './ask.ts'

/** Whether the server answers, and what it is. */
export async function checkReachable(
  ask: Ask,
  clock: Clock,
  nodes: readonly string[],
): Promise<{ readonly flavour: Flavour | undefined; readonly answer: Answer; readonly findings: readonly Finding[] }> {
  const startedMs = clock.monotonicMs()
  const answer = await ask({ method: 'GET', path: '/' })
  const tookMs = Math.round(clock.monotonicMs() - startedMs)
  const flavour = readFlavour(answer)
  if (flavour === undefined) return { flavour, answer, findings: [unreachable(answer, nodes)] }
  const reached = ok('reachable', `${flavourName(flavour)} answers, ${tookMs} ms`)
  return { flavour, answer, findings: [reached, checkVersion(flavour)] }
}

function unreachable(answer: Answer, nodes: readonly string[]): Finding {
  const hosts = nodes.map((node) => URL.parse(node)?.host ?? 'a node').join(', ')
  if (answer.kind === 'unreachable') {
    return fail(
      'reachable',
      `no answer from ${hosts}: ${answer.message}`,
      'Check elasticsearch.nodes, the network and, with https, elasticsearch.ca_file. Data waits in the queue meanwhile.',
    )
  }
  const block = answer.kind === 'error' ? readBlock({ ...answer, reason: answer.message }) : undefined
  if (block !== undefined) return fail('reachable', block.message, block.cure)
  const status = answer.kind === 'error' ? `status ${answer.status}: ${answer.message}` : 'an answer without sense'
  return fail(
    'reachable',
    `${hosts} answers with ${status}`,
    'Look at the log of the server, or of the proxy before it.',
  )
}

function checkVersion(flavour: Flavour): Finding {
  const name = flavourName(flavour)
  switch (flavour.product) {
    case 'unknown':
      return warn(
        'version',
        `${name}: it does not say that it is Elasticsearch`,
        'Check elasticsearch.nodes. A proxy that removes the header X-Elastic-Product does no harm.',
      )
    case 'elasticsearch':
      if (flavour.version === '' || isAtLeast(flavour, 8, 16)) return ok('version', `${name} is supported`)
      return warn('version', `${name} is older than 8.16`, 'Upgrade it: the index template may not be taken.')
    default:
      return ok('version', `${name} is supported`)
  }
}
