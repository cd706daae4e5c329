import { createHash } from 'node:crypto'

/** What other services know the incident of a group by: the SHA-256 sum of its key, in hex, as upstream has it. */
export function groupHash(groupKey: string): string {
  return createHash('sha256').update(groupKey).digest('hex')
}
