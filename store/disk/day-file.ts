import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { messageOf } from '#lib/errors.ts'
import type { BlockMeta } from '../block/block.ts'
import { CorruptBlockError } from '../block/byte-reader.ts'
import { SECTION } from '../block/format.ts'
import { BlockSummary } from '../block/summary.ts'
import { decompress } from '../block/zstd.ts'
import type { FileRange, IndexChange, IndexIdentity, NewBlock, ReplacedBlock } from './day-change.ts'
import { asBuffer, checksumOf, DAY_SCHEMA, metaOf, withChecksum } from './day-schema.ts'
import { inTransaction, isCorruption, openDatabase } from './sqlite.ts'

/** Sections of a block have consecutive row ids. */
const SECTIONS_PER_BLOCK = 65_536

/** What one step of background work takes on; a step takes a few milliseconds. */
const PURGED_BLOCKS = 8
const PURGED_KEYS = 2048
const VACUUMED_PAGES = 64
const REMOVED_BLOCKS = 8

/**
 * All blocks of one UTC day, in one SQLite file. What is in the file's tables is the whole truth; the directory in
 * memory only saves asking for it. Every method may throw SQLite's error; `isCorruption` tells those that mean the end
 * of the file.
 */
export class DayFile {
  readonly day: number
  readonly path: string
  /** Blocks that did not pass their checksum when the file was opened. */
  readonly damagedBlocks: number
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** By index uid, in order of arrival. Replaced, never changed, so that a search can keep the one it began with. */
  readonly #directory = new Map<number, readonly BlockMeta[]>()
  #nextBlock = 1
  #pins = 0
  /** Replaced blocks that a search may still read. */
  #dead: number[] = []

  constructor(day: number, path: string) {
    this.day = day
    this.path = path
    this.#database = openDatabase(path, DAY_SCHEMA)
    try {
      this.damagedBlocks = this.#load()
    } catch (error) {
      this.#database.close()
      throw error
    }
  }

  #load(): number {
    let damaged = 0
    const rows = this.#prepare(
      `SELECT id, uid, dead, rows, min_ns, max_ns, first_sequence, last_sequence, source_bytes, checksum
       FROM blocks ORDER BY first_sequence`,
    ).all()
    for (const row of rows) {
      const meta = metaOf(row)
      const uid = Number(row.uid)
      this.#nextBlock = Math.max(this.#nextBlock, meta.id + 1)
      if (row.dead !== 0) this.#dead.push(meta.id)
      else if (row.checksum !== checksumOf(uid, meta)) damaged += 1
      else this.#directory.set(uid, [...(this.#directory.get(uid) ?? []), meta])
    }
    return damaged
  }

  /** Blocks of an index, in order of arrival; the list never changes. */
  blocksOf(uid: number): readonly BlockMeta[] {
    return this.#directory.get(uid) ?? []
  }

  /** Every index that has blocks here. */
  get uids(): readonly number[] {
    return [...this.#directory.keys()]
  }

  /** The indices that were ever written here. */
  readIndices(): IndexIdentity[] {
    return this.#prepare('SELECT uid, name, kind, created_ms FROM indices')
      .all()
      .map((row) => ({
        uid: Number(row.uid),
        name: String(row.name),
        kind: row.kind === 'index' ? 'index' : 'data_stream',
        createdMs: Number(row.created_ms),
      }))
  }

  /** The number after the largest sequence number of all documents here. */
  get nextSequence(): number {
    const row = this.#prepare('SELECT max(last_sequence) AS last FROM blocks').get()
    return row === undefined || row.last === null ? 0 : Number(row.last) + 1
  }

  readHead(block: number): Buffer {
    return this.#readBlob('SELECT head AS data FROM blocks WHERE id = ?', block)
  }

  readSection(block: number, section: number): Buffer {
    return this.#readBlob('SELECT data FROM sections WHERE id = ?', block * SECTIONS_PER_BLOCK + section)
  }

  /**
   * What a block says of its columns, or undefined if an earlier version wrote it without.
   *
   * @throws CorruptBlockError
   */
  readSummary(block: number): BlockSummary | undefined {
    const data = this.#findBlob('SELECT data FROM summaries WHERE block = ?', block)
    return data === undefined ? undefined : new BlockSummary(decompress(data))
  }

  /** The word filter of a block, or undefined if it has none. */
  readFilter(block: number): Buffer | undefined {
    const data = this.#findBlob('SELECT data FROM sections WHERE id = ?', block * SECTIONS_PER_BLOCK + SECTION.filter)
    if (data === undefined) return undefined
    const filter = data.subarray(0, -4)
    if (data.length < 5 || crc32(filter) !== data.readUInt32LE(filter.length)) {
      throw new CorruptBlockError('the word filter has a wrong checksum')
    }
    return filter
  }

  #readBlob(sql: string, id: number): Buffer {
    const data = this.#findBlob(sql, id)
    if (data === undefined) throw new CorruptBlockError('a part is missing')
    return data
  }

  /** Pages that SQLite can't make sense of cost the block that they are of, not the day. */
  #findBlob(sql: string, id: number): Buffer | undefined {
    try {
      const row = this.#prepare(sql).get(id)
      return row === undefined ? undefined : asBuffer(row.data)
    } catch (error) {
      if (isCorruption(error)) throw new CorruptBlockError(messageOf(error))
      throw error
    }
  }

  /** Blocks that hold records of a file with an offset from first to last. */
  blocksWithFile(uid: number, { fileKey, firstOffset, lastOffset }: FileRange): number[] {
    return this.#prepare(
      `SELECT block FROM file_ranges WHERE uid = ? AND file_key = ? AND last_offset >= ? AND first_offset <= ?`,
    )
      .all(uid, fileKey, firstOffset, lastOffset)
      .map((row) => Number(row.block))
  }

  hasTextId(uid: number, ns: number, id: string): boolean {
    return this.#prepare('SELECT 1 FROM ids WHERE uid = ? AND ns = ? AND id = ?').get(uid, ns, id) !== undefined
  }

  /** Makes the changes durable, all of them or none. */
  commit(changes: readonly IndexChange[]): void {
    const firstNew = this.#nextBlock
    const directory = new Map<number, readonly BlockMeta[]>()
    const dead: number[] = []
    let nextBlock = firstNew
    inTransaction(this.#database, () => {
      for (const { index, add, replace = [] } of changes) {
        if (!this.#directory.has(index.uid)) this.#insertIndex(index)
        const gone = new Set(replace.map(({ id }) => id))
        const metas = (directory.get(index.uid) ?? this.blocksOf(index.uid)).filter(({ id }) => !gone.has(id))
        for (const replaced of replace) this.#markDead(index.uid, replaced)
        for (const added of add) metas.push(this.#insertBlock(index.uid, nextBlock++, added))
        if (replace.length > 0) metas.sort((a, b) => a.firstSequence - b.firstSequence)
        directory.set(index.uid, metas)
        dead.push(...gone)
      }
    })
    this.#nextBlock = nextBlock
    for (const [uid, metas] of directory) this.#directory.set(uid, metas)
    this.#dead.push(...dead)
  }

  #insertIndex({ uid, name, kind, createdMs }: IndexIdentity): void {
    this.#prepare('INSERT OR IGNORE INTO indices VALUES (?, ?, ?, ?)').run(uid, name, kind, createdMs)
  }

  #markDead(uid: number, { id, fileKeys }: ReplacedBlock): void {
    this.#prepare('UPDATE blocks SET dead = 1 WHERE id = ?').run(id)
    const remove = this.#prepare('DELETE FROM file_ranges WHERE uid = ? AND file_key = ? AND block = ?')
    for (const fileKey of fileKeys) remove.run(uid, fileKey, id)
  }

  #insertBlock(uid: number, id: number, { block, fileRanges, textIds }: NewBlock): BlockMeta {
    const { rows, minNs, maxNs, firstSequence, lastSequence, sourceBytes } = block
    const meta: BlockMeta = { id, rows, minNs, maxNs, firstSequence, lastSequence, sourceBytes }
    const checksum = checksumOf(uid, meta)
    this.#prepare('INSERT INTO blocks VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)').run(
      ...[id, uid, rows, minNs, maxNs, firstSequence, lastSequence, sourceBytes, checksum, block.head],
    )
    this.#prepare('INSERT INTO summaries VALUES (?, ?)').run(id, block.summary)
    const insertSection = this.#prepare('INSERT INTO sections VALUES (?, ?)')
    for (const { section, data } of block.sections) {
      insertSection.run(id * SECTIONS_PER_BLOCK + section, section === SECTION.filter ? withChecksum(data) : data)
    }
    const insertRange = this.#prepare('INSERT INTO file_ranges VALUES (?, ?, ?, ?, ?)')
    for (const { fileKey, firstOffset, lastOffset } of fileRanges) {
      insertRange.run(uid, fileKey, id, firstOffset, lastOffset)
    }
    const insertId = this.#prepare('INSERT OR IGNORE INTO ids VALUES (?, ?, ?)')
    for (const text of textIds) insertId.run(uid, text.ns, text.id)
    return meta
  }

  /** Keeps the file open and replaced blocks readable until {@link unpin}. */
  pin(): void {
    this.#pins += 1
  }

  unpin(): void {
    this.#pins -= 1
  }

  get isPinned(): boolean {
    return this.#pins > 0
  }

  get hasDead(): boolean {
    return this.#dead.length > 0
  }

  /** Removes replaced blocks that nobody reads any more, some with each call. */
  removeDead(): void {
    if (this.isPinned || this.#dead.length === 0) return
    const dead = this.#dead.slice(0, REMOVED_BLOCKS)
    inTransaction(this.#database, () => {
      for (const id of dead) this.#deleteBlock(id)
    })
    this.#dead = this.#dead.slice(dead.length)
  }

  /**
   * Removes what an index has here, some of it with each call, so that none takes long.
   *
   * @returns whether nothing of it is left
   */
  purgeSome(uid: number): boolean {
    this.#directory.delete(uid)
    let isDone = false
    inTransaction(this.#database, () => {
      const blocks = this.#prepare(`SELECT id FROM blocks WHERE uid = ? LIMIT ${PURGED_BLOCKS}`).all(uid)
      for (const { id } of blocks) this.#deleteBlock(Number(id))
      const ranges = this.#prepare(`DELETE FROM file_ranges WHERE (uid, file_key, block) IN
        (SELECT uid, file_key, block FROM file_ranges WHERE uid = ? LIMIT ${PURGED_KEYS})`).run(uid)
      const ids = this.#prepare(`DELETE FROM ids WHERE (uid, ns, id) IN
        (SELECT uid, ns, id FROM ids WHERE uid = ? LIMIT ${PURGED_KEYS})`).run(uid)
      isDone =
        blocks.length < PURGED_BLOCKS && Number(ranges.changes) < PURGED_KEYS && Number(ids.changes) < PURGED_KEYS
      if (isDone) this.#prepare('DELETE FROM indices WHERE uid = ?').run(uid)
    })
    return isDone
  }

  #deleteBlock(id: number): void {
    this.#prepare('DELETE FROM blocks WHERE id = ?').run(id)
    this.#prepare('DELETE FROM summaries WHERE block = ?').run(id)
    const first = id * SECTIONS_PER_BLOCK
    this.#prepare('DELETE FROM sections WHERE id >= ? AND id < ?').run(first, first + SECTIONS_PER_BLOCK)
  }

  /**
   * Gives some free pages back to the file system, or, if there are none left, empties the write-ahead log.
   *
   * @returns whether both are done
   */
  compactSome(): boolean {
    if (Number(this.#database.prepare('PRAGMA freelist_count').get()?.freelist_count ?? 0) > 0) {
      this.#database.exec(`PRAGMA incremental_vacuum(${VACUUMED_PAGES})`)
      return false
    }
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return true
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}
