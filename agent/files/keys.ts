import { type ContainerLog, FILE_KEY } from '../tail/container-log.ts'

export function isFileLog({ key }: ContainerLog): boolean {
  return key.startsWith(FILE_KEY)
}

/** The path that the key of a log stands for. */
export function pathOf(key: string): string | undefined {
  return key.startsWith(FILE_KEY) ? key.slice(FILE_KEY.length) : undefined
}

/** What names that are links to one file have in common. */
export function placeOf({ device, inode }: { readonly device: number; readonly inode: number }): string {
  return `${device}:${inode}`
}
