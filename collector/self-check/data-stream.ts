import { type Finding, ok, warn } from '#lib/finding.ts'
import type { Flavour } from '../index/flavour.ts'
import { type Ask, whyUnknown } from './ask.ts'

export interface StreamWanted {
  readonly dataStream: string
  readonly templateName: string
  /** As configured, `30d`. */
  readonly retention: string
}

interface DataStream {
  readonly template?: string
  readonly ilm_policy?: string
  readonly next_generation_managed_by?: string
  readonly lifecycle?: {
    readonly enabled?: boolean
    readonly data_retention?: string
    readonly effective_retention?: string
  }
}

const CURE = 'Roll the data stream over once the template is mended: indices that exist keep what they have.'

/** Whether the data stream is there, made as it should be, and what deletes old documents. */
export async function checkDataStream(ask: Ask, flavour: Flavour, wanted: StreamWanted): Promise<readonly Finding[]> {
  const { dataStream } = wanted
  const answer = await ask({ method: 'GET', path: `/_data_stream/${encodeURIComponent(dataStream)}` })
  if (answer.kind === 'error' && answer.status === 404) {
    return [
      ok('data-stream', `${dataStream} is created by the first document`),
      ...retentionOf(undefined, flavour, wanted),
    ]
  }
  if (answer.kind !== 'ok') {
    return [
      warn('data-stream', `not checked: ${whyUnknown(answer)}`, 'It needs view_index_metadata on the data stream.'),
    ]
  }
  const [stream] = (answer.body as { data_streams?: readonly DataStream[] } | undefined)?.data_streams ?? []
  return [existing(stream, wanted), ...retentionOf(stream, flavour, wanted)]
}

function existing(stream: DataStream | undefined, { dataStream, templateName }: StreamWanted): Finding {
  const { template = templateName } = stream ?? {}
  if (template === templateName) return ok('data-stream', `${dataStream} exists, with our template`)
  return warn('data-stream', `${dataStream} exists with the template ${template}, not with ${templateName}`, CURE)
}

function retentionOf(
  stream: DataStream | undefined,
  flavour: Flavour,
  { retention }: StreamWanted,
): readonly Finding[] {
  if (flavour.product === 'opensearch') {
    const cure = 'Add a policy of Index State Management with a delete state for the data stream.'
    return [warn('retention', 'nothing of ours deletes old documents in OpenSearch', cure)]
  }
  if (flavour.product === 'vedette') return [ok('retention', 'the retention of store.yaml holds')]
  if (stream === undefined) return [ok('retention', `documents are kept for ${retention}`)]
  const { lifecycle, ilm_policy: policy, next_generation_managed_by: managedBy } = stream
  if (policy !== undefined && managedBy !== 'Data stream lifecycle') {
    const cure = 'Remove index.lifecycle.name from the templates, or see to it that the policy has a delete phase.'
    return [warn('retention', `the policy ${policy} of Index Lifecycle Management decides, not ${retention}`, cure)]
  }
  // A server that keeps no such list, as the embedded store, has a retention of its own.
  if (lifecycle === undefined)
    return flavour.version === '' ? [] : [ok('retention', "the server's own retention holds")]
  if (lifecycle.enabled === false) {
    return [warn('retention', 'the lifecycle of the data stream is switched off: nothing is deleted', CURE)]
  }
  const inForce = lifecycle.effective_retention ?? lifecycle.data_retention
  if (inForce === retention) return [ok('retention', `documents are kept for ${retention}`)]
  const cure = `PUT _data_stream/<name>/_lifecycle {"data_retention": "${retention}"}: the template holds for new data streams only.`
  return [
    warn(
      'retention',
      `documents are kept ${inForce === undefined ? 'for ever' : `for ${inForce}`}, not for ${retention}`,
      cure,
    ),
  ]
}
