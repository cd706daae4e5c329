/** Why Elasticsearch takes nothing until somebody acts; documents are not at fault and wait. */
export const BLOCK_REASONS = [
  'flood_stage',
  'read_only',
  'write_block',
  'create_index_block',
  'other_block',
  'unauthorized',
  'forbidden',
  'index_missing',
  'not_found',
] as const
type BlockReason = (typeof BLOCK_REASONS)[number]

export interface Block {
  readonly reason: BlockReason
  /** What is wrong, in plain words. */
  readonly message: string
  readonly cure: string
}

/** The part of an error that tells of a block. */
export interface Refusal {
  readonly status: number
  /** Elasticsearch's name for the error; empty if something else answered. */
  readonly type: string
  readonly reason: string
}

/** The numbers of Elasticsearch's and OpenSearch's blocks, as in `blocked by: [FORBIDDEN/8/index write (api)]`. */
const BLOCKS: Readonly<Record<number, (what: string) => Block>> = {
  5: (what) => ({
    reason: 'read_only',
    message: `${what} is read-only (index.blocks.read_only)`,
    cure: 'Set index.blocks.read_only to false, or roll the data stream over.',
  }),
  6: () => ({
    reason: 'read_only',
    message: 'the whole cluster is read-only (cluster.blocks.read_only)',
    cure: 'Set cluster.blocks.read_only to null in the cluster settings.',
  }),
  8: (what) => ({
    reason: 'write_block',
    message: `writing to ${what} is blocked (index.blocks.write)`,
    cure: 'Set index.blocks.write to false, or roll the data stream over; a snapshot or a shrink may have set it.',
  }),
  10: () => ({
    reason: 'create_index_block',
    message: 'no index may be created in the cluster (cluster.blocks.create_index), because disks are full or by hand',
    cure: 'Free disk space; if it stays, set cluster.blocks.create_index to null in the cluster settings.',
  }),
  12: (what) => ({
    reason: 'flood_stage',
    message: `${what} is read-only because the disk of a node is fuller than the flood-stage watermark (cluster.routing.allocation.disk.watermark.flood_stage, 95% unless set)`,
    cure: 'Free or add disk space: Elasticsearch lifts the block itself once the disk is below the high watermark (cluster.routing.allocation.disk.watermark.high, 90% unless set).',
  }),
  13: () => ({
    reason: 'read_only',
    message: 'the whole cluster is read-only, deletions excepted (cluster.blocks.read_only_allow_delete)',
    cure: 'Set cluster.blocks.read_only_allow_delete to null in the cluster settings.',
  }),
}

/** Shards that are recovering, or a cluster without a master, pass by themselves. */
const PASSING_BLOCK = /SERVICE_UNAVAILABLE\/\d+\//
const BLOCK = /\[[A-Z_]+\/(\d+)\/([^\]]*)\]/
const INDEX = /index \[([^\]]+)\] blocked by/
const GRANTED_BY = /granted by the (cluster|index) privileges \[([^\]]+)\]/
/** Of the privileges that would do, the smallest ones. */
const SMALL_PRIVILEGES = /^(?:create_doc|auto_configure|monitor|manage_index_templates|manage_data_stream_lifecycle)$/

/**
 * Reads what an error says of a block that somebody has to lift.
 *
 * @returns undefined if it tells of none: then trying again may do
 */
export function readBlock({ status, type, reason }: Refusal): Block | undefined {
  if (status === 401) {
    return {
      reason: 'unauthorized',
      message: `Elasticsearch does not accept the credentials (401)${quote(reason)}`,
      cure: 'Check elasticsearch.api_key, bearer_token or username and password; an API key may have expired or been revoked.',
    }
  }
  const block = BLOCK.exec(reason)
  if (block !== null && /blocked by/.test(reason)) {
    if (PASSING_BLOCK.test(reason)) return undefined
    const index = INDEX.exec(reason)?.[1]
    const what = index === undefined ? 'the index' : `the index ${index}`
    return BLOCKS[Number(block[1])]?.(what) ?? otherBlock(what, block[2]!)
  }
  if (status === 403) return forbidden(type, reason)
  if (status !== 404) return undefined
  if (type === 'index_not_found_exception') {
    return {
      reason: 'index_missing',
      message: `the data stream does not exist and was not created by the first document${quote(reason)}`,
      cure: 'Check the index template and that action.auto_create_index allows the name; the credentials need auto_configure on it.',
    }
  }
  return {
    reason: 'not_found',
    message: `there is no _bulk at elasticsearch.nodes (404)${quote(reason)}`,
    cure: 'Check the URL, and the path of a proxy before Elasticsearch.',
  }
}

function otherBlock(what: string, name: string): Block {
  return { reason: 'other_block', message: `${what} is blocked: ${name}`, cure: 'Look at the settings of the index.' }
}

function forbidden(type: string, reason: string): Block {
  const granted = GRANTED_BY.exec(reason)
  if (granted !== null) {
    const privileges = granted[2]!.split(',').map((name) => name.trim())
    const smallest = privileges.find((name) => SMALL_PRIVILEGES.test(name)) ?? privileges[0]!
    return {
      reason: 'forbidden',
      message: `the credentials lack the ${granted[1]} privilege ${smallest}`,
      cure: `Grant ${smallest} to the role or API key of the collector (any of ${privileges.join(', ')} would do).`,
    }
  }
  const from = type === '' ? 'something before Elasticsearch' : 'Elasticsearch'
  return {
    reason: 'forbidden',
    message: `${from} refuses the request (403)${quote(reason)}`,
    cure: 'The credentials need create_doc and auto_configure on the data streams, and manage_index_templates on the cluster.',
  }
}

function quote(reason: string): string {
  return reason === '' ? '' : `: ${reason}`
}
