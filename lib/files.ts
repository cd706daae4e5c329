import * as promises from 'node:fs/promises'

export type { FileHandle } from 'node:fs/promises'

/** The file system as the durable parts see it: passed in, so that tests can fill the disk, cut writes and fail syncs. */
export type Files = Pick<
  typeof promises,
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'stat' | 'statfs' | 'unlink'
>

export const systemFiles: Files = promises

/** Makes creations, renames and removals in a directory survive a power cut. */
export async function syncDirectory(files: Files, directory: string): Promise<void> {
  const handle = await files.open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Replaces a file so that a crash leaves the old content or the new one, never a mix. */
export async function replaceFile(files: Files, path: string, content: Buffer | string): Promise<void> {
  const temporary = `${path}.tmp`
  const handle = await files.open(temporary, 'w')
  try {
    await handle.writeFile(content)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await files.rename(temporary, path)
  await syncDirectory(files, path.slice(0, path.lastIndexOf('/')) || '/')
}
