/**
 * What stands before each payload of a log. An item is what the user of a log counts: one payload stands for some of
 * them, and a gap between the counts of two payloads shows how many were lost.
 */
export const ITEM_COUNT_BYTES = 12

/** Items of all payloads before (u64), items of this payload (u32), little endian. */
export function itemCount(before: number, items: number): Buffer {
  const bytes = Buffer.alloc(ITEM_COUNT_BYTES)
  bytes.writeBigUInt64LE(BigInt(before), 0)
  bytes.writeUInt32LE(items, 8)
  return bytes
}

export function readItemCount(bytes: Buffer): { readonly itemsBefore: number; readonly items: number } {
  return { itemsBefore: Number(bytes.readBigUInt64LE(0)), items: bytes.readUInt32LE(8) }
}
