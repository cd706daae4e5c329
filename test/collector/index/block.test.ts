import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBlock } from '../../../collector/index/block.ts'

const BLOCKED = 'cluster_block_exception'
const index = (block: string) => `index [.ds-logs-a-b-2026.11.21-000001] blocked by: [${block}];`

const CASES: readonly (readonly [status: number, type: string, reason: string, expected: string, words: RegExp])[] = [
  [
    429,
    BLOCKED,
    index('TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block'),
    'flood_stage',
    /\.ds-logs-a-b-2026\.11\.21-000001 .*flood-stage watermark \(cluster\.routing\.allocation\.disk/,
  ],
  [403, BLOCKED, index('FORBIDDEN/8/index write (api)'), 'write_block', /index\.blocks\.write/],
  [403, BLOCKED, index('FORBIDDEN/5/index read-only (api)'), 'read_only', /index\.blocks\.read_only/],
  [403, BLOCKED, 'blocked by: [FORBIDDEN/6/cluster read-only (api)];', 'read_only', /whole cluster/],
  [403, BLOCKED, 'blocked by: [FORBIDDEN/10/cluster create-index blocked (api)];', 'create_index_block', /created/],
  [403, BLOCKED, index('FORBIDDEN/77/something new'), 'other_block', /something new/],
  [401, 'security_exception', 'unable to authenticate', 'unauthorized', /unable to authenticate/],
  [
    403,
    'security_exception',
    'action [indices:admin/auto_create] is unauthorized for API key id [x] of user [y] on indices [logs-a-b], this action is granted by the index privileges [auto_configure,create_index,manage,all]',
    'forbidden',
    /lack the index privilege auto_configure$/,
  ],
  [403, '', '<html>', 'forbidden', /something before Elasticsearch/],
  [404, 'index_not_found_exception', 'no such index [logs-a-b]', 'index_missing', /no such index/],
  [404, '', 'Not Found', 'not_found', /no _bulk/],
]

for (const [status, type, reason, expected, words] of CASES) {
  test(`a block in plain words: ${status} ${reason.slice(0, 60)}`, () => {
    const block = readBlock({ status, type, reason })
    assert.equal(block?.reason, expected)
    assert.match(block.message, words)
    assert.ok(block.cure.length > 20)
  })
}

test('what passes by itself is no block', () => {
  const passing: readonly [number, string, string][] = [
    [429, 'es_rejected_execution_exception', 'rejected execution of coordinating operation'],
    [503, BLOCKED, 'blocked by: [SERVICE_UNAVAILABLE/1/state not recovered / initialized];'],
    [503, BLOCKED, 'blocked by: [SERVICE_UNAVAILABLE/2/no master];'],
    [503, 'unavailable_shards_exception', 'primary shard is not active'],
    [502, '', 'Bad Gateway'],
  ]
  for (const [status, type, reason] of passing) assert.equal(readBlock({ status, type, reason }), undefined, reason)
})
