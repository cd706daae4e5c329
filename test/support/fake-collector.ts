import { decompress } from '../../agent/ship/compress.ts'
import type { Encoding, Outcome, RequestSender } from '../../agent/ship/outcome.ts'
import { type FlatRecord, flatRecords } from './otlp-proto.ts'

const ACCEPTED: Outcome = { kind: 'accepted', rejectedRecords: 0, message: '' }
const RETRY: Outcome = { kind: 'retry', reason: 'test', message: 'not now', afterMs: 0 }

/**
 * A collector for the agent's shipper, without a network. It keeps records by uid, as Elasticsearch would by _id, and
 * remembers any uid that ever came with another content: that would hide a lost line.
 */
export class FakeCollector implements RequestSender {
  /** `lose` takes the records but not the sender's trust: the answer never arrives. */
  mode: 'accept' | 'refuse' | 'lose' | 'hold' = 'accept'
  readonly records = new Map<string, FlatRecord>()
  readonly conflicts: string[] = []
  redelivered = 0
  /** The last request that was taken, decompressed. */
  lastBody: Buffer = Buffer.alloc(0)
  /** Told of every request that was taken. */
  onTaken: (body: Buffer) => void = () => {}
  #held: (() => void)[] = []

  async send(body: Buffer, encoding: Encoding, signal: AbortSignal): Promise<Outcome> {
    if (this.mode === 'hold') {
      await new Promise<void>((resolve) => {
        this.#held.push(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      if (signal.aborted) return RETRY
    }
    if (this.mode === 'refuse') return RETRY
    // A copy: the sender gives the memory back.
    this.lastBody = Buffer.from(decompress(body, encoding))
    for (const record of flatRecords(this.lastBody)) this.#take(record)
    this.onTaken(this.lastBody)
    return this.mode === 'lose' ? RETRY : ACCEPTED
  }

  close(): void {}

  /** Answers requests that are held, one of them or all, the last one first. */
  release(count = this.#held.length): void {
    for (let left = count; left > 0; left--) this.#held.pop()?.()
  }

  get heldRequests(): number {
    return this.#held.length
  }

  /** Bodies of one stream of a container, in the order of their ids. */
  bodies(container: string, stream: string | undefined): string[] {
    return [...this.records.values()]
      .filter((record) => record.container === container && record.stream === stream)
      .sort((a, b) => (a.uid < b.uid ? -1 : 1))
      .map(({ body }) => body)
  }

  #take(record: FlatRecord): void {
    const known = this.records.get(record.uid)
    if (known === undefined) this.records.set(record.uid, record)
    else if (known.body !== record.body || known.timeNs !== record.timeNs) this.conflicts.push(record.uid)
    else this.redelivered += 1
  }
}
