import type { NaiveLogs, NaiveRecord } from './naive-cri.ts'

export type OutputStream = 'stdout' | 'stderr'

/** Steps from one record to the next, in nanoseconds: some end in zeros, which the runtime cuts, up to the point itself. */
const STEPS = [1_003n, 7n, 1_000n, 999_000n, 1_000_000n, 10n] as const
const SECOND_NS = 1_000_000_000n
const MINUTE_MS = 60_000

/** Writes lines as a container runtime does, and knows what records must come of them. */
export class RuntimeLines {
  /** Minutes east of UTC of the node's clock. */
  zoneMinutes = 0
  #timeNs = 1_795_257_960_000_000_000n
  #serial = 0
  readonly #records = new Map<string, NaiveRecord[]>()
  /** Records that have a part but no end, by the same keys. */
  readonly #open = new Map<string, NaiveRecord>()

  /** A text that occurs once. */
  unique(text = ''): string {
    this.#serial += 1
    return `#${this.#serial} ${text}`
  }

  passSeconds(seconds: number): void {
    this.#timeNs += BigInt(seconds) * SECOND_NS
  }

  /** The local time as it stands in names of rotated files: `20261121-104600`. */
  get nameTime(): string {
    return this.#localSecond().replaceAll(/[-:]/g, '').replace('T', '-')
  }

  /** One line; `P` if the rest of its record is yet to come. `key` says whose stream it is. */
  line(key: string, tag: 'P' | 'F', body: string): string {
    this.#passSome()
    const begin = this.#open.get(key) ?? { timeNs: this.#timeNs, body: '' }
    const record = { timeNs: begin.timeNs, body: begin.body + body }
    if (tag === 'P') {
      this.#open.set(key, record)
    } else {
      this.#open.delete(key)
      this.#add(key, record)
    }
    return `${this.#time()} ${key.slice(key.lastIndexOf('/') + 1)} ${tag} ${body}\n`
  }

  isOpen(key: string): boolean {
    return this.#open.has(key)
  }

  /** What a container whose output ended leaves without an end is a record all the same. */
  end(key: string): void {
    const record = this.#open.get(key)
    if (record === undefined) return
    this.#open.delete(key)
    this.#add(key, record)
  }

  get expected(): NaiveLogs {
    return this.#records
  }

  #add(key: string, record: NaiveRecord): void {
    const records = this.#records.get(key)
    if (records === undefined) this.#records.set(key, [record])
    else records.push(record)
  }

  #passSome(): void {
    this.#timeNs += STEPS[this.#serial % STEPS.length]!
    // Now and then a whole second, which has no fraction at all, or a tenth.
    const unit = this.#serial % 41 === 0 ? SECOND_NS : this.#serial % 13 === 0 ? SECOND_NS / 10n : 1n
    this.#timeNs += (unit - (this.#timeNs % unit)) % unit
  }

  #time(): string {
    const fraction = String(this.#timeNs % SECOND_NS)
      .padStart(9, '0')
      .replace(/0+$/, '')
    return `${this.#localSecond()}${fraction === '' ? '' : `.${fraction}`}${zoneText(this.zoneMinutes)}`
  }

  #localSecond(): string {
    const localMs = Number(this.#timeNs / 1_000_000n) + this.zoneMinutes * MINUTE_MS
    return new Date(localMs).toISOString().slice(0, 19)
  }
}

function zoneText(minutes: number): string {
  if (minutes === 0) return 'Z'
  const two = (value: number) => String(value).padStart(2, '0')
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
