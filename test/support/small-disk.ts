import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemErrorCode } from '#lib/errors.ts'

/** Puts a file system of so many MiB and names over a directory; false where this user may not. */
export function mountSmallDisk(directory: string, sizeMib: number, names = 10_000): boolean {
  const options = `size=${sizeMib}m,nr_inodes=${names}`
  return spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]).status === 0
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

/** Takes all names that a small disk has left, so that not even an empty file or a link fits any more. */
export class NameFiller {
  readonly #directory: string
  readonly #paths: string[] = []

  constructor(directory: string) {
    this.#directory = directory
  }

  fill(): void {
    try {
      for (;;) {
        const path = join(this.#directory, `filler-${this.#paths.length}`)
        closeSync(openSync(path, 'w'))
        this.#paths.push(path)
      }
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOSPC') throw error
    }
  }

  /** Does what takes a name, giving back as many as it takes until it has got one: others may be faster. */
  makeRoomFor(action: () => void): void {
    for (;;) {
      try {
        action()
        return
      } catch (error) {
        if (systemErrorCode(error) !== 'ENOSPC' || this.#paths.length === 0) throw error
        this.#free(1)
      }
    }
  }

  freeAll(): void {
    this.#free(this.#paths.length)
  }

  #free(names: number): void {
    for (const path of this.#paths.splice(-names)) unlinkSync(path)
  }
}

function writeUntilFull(descriptor: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(descriptor, bytes)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOSPC') throw error
  }
}
