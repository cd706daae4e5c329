import { type GroupFile, keyedFile, numberFile } from './group-file.ts'
import { type Layout, listDirectory } from './layout.ts'
import type { HugePageValue } from './metric-table.ts'
import type { SyncFiles } from './sync-files.ts'
import { VALUE_COUNT } from './values.ts'

/** Not those of reservations: `hugetlb.2MB.rsvd.current`. */
const USAGE = /^hugetlb\.(\w+)\.(?:current|usage_in_bytes)$/
const VALUES: readonly HugePageValue[] = ['usage', 'peak', 'failures']

/** Sizes of huge pages that groups have, as the kernel names them: `2MB`, `1GB`. */
export function findPageSizes({ directoryOf }: Layout, group: string, files: SyncFiles): readonly string[] {
  const directory = directoryOf('hugetlb')
  if (directory === undefined) return []
  return listDirectory(files, directory + group).flatMap((name) => USAGE.exec(name)?.[1] ?? [])
}

/** Where a value of a page size stands: behind the named ones. */
export function hugePagePlace(size: number, value: HugePageValue): number {
  return VALUE_COUNT + size * VALUES.length + VALUES.indexOf(value)
}

/** The files of huge pages, with the values that the version has. */
export function hugePageFiles({ version }: Layout, sizes: readonly string[]): readonly GroupFile[] {
  return sizes.flatMap((name, size) => {
    const place = (value: HugePageValue) => hugePagePlace(size, value)
    const prefix = `hugetlb.${name}`
    return version === 2
      ? [
          numberFile(['hugetlb', `${prefix}.current`], place('usage')),
          keyedFile(['hugetlb', `${prefix}.events`], [['max', place('failures')]]),
        ]
      : [
          numberFile(['hugetlb', `${prefix}.usage_in_bytes`], place('usage')),
          numberFile(['hugetlb', `${prefix}.max_usage_in_bytes`], place('peak')),
          numberFile(['hugetlb', `${prefix}.failcnt`], place('failures')),
        ]
  })
}
