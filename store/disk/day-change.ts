import type { EncodedBlock } from '../block/encode.ts'

/** An index or data stream, as a day file knows it. */
export interface IndexIdentity {
  readonly uid: number
  readonly name: string
  readonly kind: 'data_stream' | 'index'
  readonly createdMs: number
}

/** Where the records of one log file lie in a block. */
export interface FileRange {
  readonly fileKey: string
  readonly firstOffset: number
  readonly lastOffset: number
}

/** A block with what finds its ids again. */
export interface NewBlock {
  readonly block: EncodedBlock
  readonly fileRanges: readonly FileRange[]
  /** Ids that are no uids, each with the time it is known by. */
  readonly textIds: readonly { readonly ns: number; readonly id: string }[]
}

export interface IndexChange {
  readonly index: IndexIdentity
  readonly add: readonly NewBlock[]
  /** Blocks whose rows the added ones hold, with the files that their uids name. */
  readonly replace?: readonly ReplacedBlock[]
}

export interface ReplacedBlock {
  readonly id: number
  readonly fileKeys: readonly string[]
}
