import type { SQLOutputValue } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { BlockMeta } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'

/**
 * The tables of a day file. The index has all of `blocks` but the heads, in which each row would lie on a page of its own:
 * to open a day is then to read one piece of the disk instead of thousands.
 */
export const DAY_SCHEMA = `
  PRAGMA user_version = 1;
  CREATE TABLE IF NOT EXISTS indices (
    uid INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, created_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS blocks (
    id INTEGER PRIMARY KEY, uid INTEGER NOT NULL, dead INTEGER NOT NULL, rows INTEGER NOT NULL,
    min_ns INTEGER NOT NULL, max_ns INTEGER NOT NULL, first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
    source_bytes INTEGER NOT NULL, checksum INTEGER NOT NULL, head BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS directory ON blocks (
    first_sequence, id, uid, dead, rows, min_ns, max_ns, last_sequence, source_bytes, checksum);
  CREATE TABLE IF NOT EXISTS sections (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS summaries (block INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS file_ranges (
    uid INTEGER NOT NULL, file_key TEXT NOT NULL, block INTEGER NOT NULL,
    first_offset INTEGER NOT NULL, last_offset INTEGER NOT NULL,
    PRIMARY KEY (uid, file_key, block)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ids (
    uid INTEGER NOT NULL, ns INTEGER NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (uid, ns, id)) WITHOUT ROWID;
`

/** Over what finds a block, because nothing else would notice a wrong time there. */
export function checksumOf(uid: number, meta: BlockMeta): number {
  const { id, rows, minNs, maxNs, firstSequence, lastSequence, sourceBytes } = meta
  return crc32([uid, id, rows, minNs, maxNs, firstSequence, lastSequence, sourceBytes].join())
}

/** Bytes with their checksum behind them. */
export function withChecksum(data: Buffer): Buffer {
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32LE(crc32(data))
  return Buffer.concat([data, checksum])
}

/** @throws CorruptBlockError if a column that should hold bytes holds something else */
export function asBuffer(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new CorruptBlockError('a part is no bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

/** What a row of the directory says. */
export function metaOf(row: Readonly<Record<string, SQLOutputValue>>): BlockMeta {
  return {
    id: Number(row.id),
    rows: Number(row.rows),
    minNs: Number(row.min_ns),
    maxNs: Number(row.max_ns),
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    sourceBytes: Number(row.source_bytes),
  }
}
