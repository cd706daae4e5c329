import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface NaiveRecord {
  readonly timeNs: bigint
  readonly body: string
}

/** Records in the order in which they were written, by `<pod uid>/<container>/<restart count>/<stream>`. */
export type NaiveLogs = ReadonlyMap<string, readonly NaiveRecord[]>

interface Part {
  readonly timeNs: bigint
  readonly isLast: boolean
  /** One character a byte: a line may be cut within a character. */
  readonly bytes: string
}

const LINE = /^(\S+) (stdout|stderr) ([PF]) (.*)$/s
const TIME = /^(.{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/**
 * What stands in the log files below a pods directory, read with as little cleverness as will do and nothing of the
 * agent's: the other opinion that it is compared with. Throws at a line that is not in the runtime's format.
 */
export function readNaively(podsDir: string): NaiveLogs {
  const logs = new Map<string, NaiveRecord[]>()
  for (const [instance, files] of filesByInstance(podsDir)) {
    const parts = new Map<string, Part[]>()
    for (const path of files) {
      for (const line of readText(path).split('\n').slice(0, -1)) {
        const match = LINE.exec(line)
        if (match === null) throw new Error(`not a line of the runtime, in ${path}: ${line.slice(0, 80)}`)
        const [, time = '', stream, tag, bytes = ''] = match
        const key = `${instance}/${stream}`
        parts.set(key, parts.get(key) ?? [])
        parts.get(key)!.push({ timeNs: nanoseconds(time), isLast: tag === 'F', bytes })
      }
    }
    for (const [key, all] of parts) logs.set(key, joinParts(all))
  }
  return logs
}

/** Record by record: a comparison of everything at once would take minutes to print. */
export function assertSameLogs(found: NaiveLogs, expected: NaiveLogs): void {
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort())
  for (const [key, records] of expected) {
    const others = found.get(key)!
    for (const [index, record] of records.entries()) assert.deepEqual(others[index], record, `${key}, record ${index}`)
    assert.equal(others.length, records.length, key)
  }
}

function readText(path: string): string {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1')
}

/** The files of each run of each container, oldest first: `N.log.<time>[.gz]` in the order of the times, then `N.log`. */
function filesByInstance(podsDir: string): ReadonlyMap<string, readonly string[]> {
  const instances = new Map<string, string[]>()
  for (const pod of readdirSync(podsDir)) {
    for (const container of readdirSync(join(podsDir, pod))) {
      const directory = join(podsDir, pod, container)
      const names = readdirSync(directory).filter((name) => /^\d+\.log(?:\.[\d-]+(?:\.gz)?)?$/.test(name))
      // `~` is behind every digit.
      for (const name of names.sort((a, b) => (`${a}~` < `${b}~` ? -1 : 1))) {
        const instance = `${pod.split('_')[2]}/${container}/${Number.parseInt(name, 10)}`
        instances.set(instance, [...(instances.get(instance) ?? []), join(directory, name)])
      }
    }
  }
  return instances
}

/** A record is everything up to an `F`; one that never got its `F` is a record too. */
function joinParts(parts: readonly Part[]): NaiveRecord[] {
  const records: NaiveRecord[] = []
  let open: Part[] = []
  for (const [index, part] of parts.entries()) {
    open.push(part)
    if (!part.isLast && index < parts.length - 1) continue
    const bytes = Buffer.from(open.map((each) => each.bytes).join(''), 'latin1')
    records.push({ timeNs: open[0]!.timeNs, body: bytes.toString('utf8') })
    open = []
  }
  return records
}

function nanoseconds(time: string): bigint {
  const [, second = '', fraction = '', zone = ''] = TIME.exec(time) ?? []
  return BigInt(Date.parse(second + zone)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}
