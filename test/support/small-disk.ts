import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemErrorCode } from '#lib/errors.ts'

/** Puts a file system of so many MiB over a directory; false where this user may not. */
export function mountSmallDisk(directory: string, sizeMib: number): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMib}m`, 'tmpfs', directory]).status === 0
}

export function unmount(directory: string): void {
  spawnSync('umount', ['-l', directory])
}

/** A file system of so many MiB that is gone when the test is over; undefined where this user may not mount one. */
export function temporarySmallDisk(t: Pick<TestContext, 'after'>, sizeMib: number): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-disk-'))
  const mounted = mountSmallDisk(directory, sizeMib)
  t.after(() => {
    if (mounted) unmount(directory)
    rmdirSync(directory)
  })
  return mounted ? directory : undefined
}

/** Why no small disk can be had here; undefined if one can. */
export function whyNoSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-disk-'))
  const mounted = mountSmallDisk(directory, 1)
  if (mounted) unmount(directory)
  rmdirSync(directory)
  return mounted ? undefined : 'mounting a tmpfs needs privileges that this user lacks'
}

/** Writes until nothing fits any more; others may write meanwhile. */
export function fillUp(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (const size of [65_536, 4_096, 512]) writeUntilFull(descriptor, Buffer.alloc(size))
  } finally {
    closeSync(descriptor)
  }
}

function writeUntilFull(descriptor: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(descriptor, bytes)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error
  }
}
