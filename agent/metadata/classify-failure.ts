import { describeDistrust, describeFailure } from '../credentials/distrust.ts'
import { MetadataError, type Peer } from './metadata-error.ts'

/** What a failed connection means. The texts are those of the local system and of OpenSSL, not the peer's. */
export function classifyFailure(error: unknown, peer: Peer, host: string): MetadataError {
  const distrust = describeDistrust(error)
  return distrust === undefined
    ? new MetadataError(`${peer}_UNREACHABLE`, [host, describeFailure(error)], { cause: error })
    : new MetadataError(`${peer}_CERTIFICATE`, [host, distrust], { cause: error })
}
