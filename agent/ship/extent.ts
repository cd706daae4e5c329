import { FILE_KEY_BYTES } from '#lib/record-uid.ts'

/** Where a record's bytes lie, for its uid. */
export class Extent {
  fileKey: Buffer = Buffer.alloc(FILE_KEY_BYTES)
  startOffset = 0
  /** End of the record, or of its part in the file it begins in. */
  endOffset = 0
  /** Set if the record ends in another file, which a rotation in the middle of a line makes; then also where. */
  endFileKey: Buffer | undefined
  endFileOffset = 0
}
