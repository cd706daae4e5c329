import { type FamilySpec, gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { readIfThere } from '../node-files.ts'
import { pageBytes } from '../page-bytes.ts'
import { parseNumber } from '../parse-number.ts'

const MAX_SPECS = 1_000

/** Sockets by protocol, of /proc/net/sockstat and sockstat6. */
export const createSockstatCollector: CollectorFactory = ({ files, paths }) => {
  const page = pageBytes(files, paths.proc)
  const specs = new Map<string, FamilySpec>()
  const specOf = (name: string): FamilySpec | undefined => {
    const known = specs.get(name)
    if (known !== undefined || specs.size >= MAX_SPECS) return known
    const spec = gauge(`node_sockstat_${name}`, `Field ${name} of the table of sockets.`)
    specs.set(name, spec)
    return spec
  }
  return (points) => {
    const fields = parseSockstat(files.readAgain(`${paths.net}/sockstat`), page)
    // Without IPv6 there is none.
    const fields6 = parseSockstat(readIfThere(files, `${paths.net}/sockstat6`) ?? '', page)
    for (const [name, value] of [...fields, ...fields6]) {
      const spec = specOf(name)
      if (spec !== undefined) points.single(spec, value)
    }
  }
}

/** Names as `TCP_inuse`, and for `mem`, which are pages, `TCP_mem_bytes` too. @throws if a line is cut */
function parseSockstat(text: string, page: number): readonly (readonly [name: string, value: number])[] {
  const fields: [string, number][] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const [head = '', ...words] = line.split(' ')
    if (!head.endsWith(':') || words.length % 2 !== 0)
      throw new Error(`a line is cut: ${JSON.stringify(line.slice(0, 40))}`)
    const protocol = head.slice(0, -1)
    for (let index = 0; index < words.length; index += 2) {
      const name = `${protocol}_${words[index]!}`
      const value = parseNumber(words[index + 1], name)
      fields.push([name, value])
      if (words[index] === 'mem') fields.push([`${name}_bytes`, value * page])
    }
  }
  return fields
}
