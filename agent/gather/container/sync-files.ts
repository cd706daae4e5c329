/**
 * The file system as what reads control groups sees it. Synchronous: these files are in memory, and a read takes a
 * microsecond or two, much less than handing it to another thread.
 */
export interface SyncFiles {
  openSync(path: string, flags: 'r'): number
  readSync(descriptor: number, buffer: Uint8Array, offset: number, length: number, position: number): number
  closeSync(descriptor: number): void
  readdirSync(path: string): string[]
  readlinkSync(path: string): string
  statSync(path: string): { readonly mtimeMs: number }
}
