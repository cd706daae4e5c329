import type { FakeCollector } from './fake-collector.ts'
import type { NaiveLogs, NaiveRecord } from './naive-cri.ts'
import { decodeLogsRequest, type ProtoAnyValue } from './otlp-proto.ts'

type Attributes = ReadonlyMap<string, ProtoAnyValue | undefined>

/** Whose records a collector was sent: keeps the resource of each, which the collector's own records leave out. */
export class ShippedLogs {
  readonly #collector: FakeCollector
  readonly #resources = new Map<string, Attributes>()

  constructor(collector: FakeCollector) {
    this.#collector = collector
    collector.onTaken = (body) => this.#note(body)
  }

  /** Each record once, in the order of the ids, by pod UID, container, restart count and stream. */
  logs(): NaiveLogs {
    const logs = new Map<string, NaiveRecord[]>()
    const records = [...this.#collector.records.values()].sort((a, b) => (a.uid < b.uid ? -1 : 1))
    for (const { uid, stream, timeNs, body } of records) {
      const key = `${instanceOf(this.#resources.get(uid)!)}/${stream}`
      if (!logs.has(key)) logs.set(key, [])
      logs.get(key)!.push({ timeNs, body })
    }
    return logs
  }

  /** The resources with which records of each container instance came: one, if all of it was known from the beginning. */
  resources(): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>()
    for (const attributes of this.#resources.values()) {
      const instance = instanceOf(attributes)
      const pairs = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))
      const text = JSON.stringify(pairs.map(([key, value]) => [key, plain(value)]))
      found.set(instance, (found.get(instance) ?? new Set()).add(text))
    }
    return found
  }

  #note(body: Buffer): void {
    for (const { resource, scopeLogs = [] } of decodeLogsRequest(body).resourceLogs ?? []) {
      const attributes: Attributes = new Map(resource?.attributes?.map(({ key = '', value }) => [key, value]))
      for (const record of scopeLogs.flatMap(({ logRecords = [] }) => logRecords)) {
        const uid = record.attributes?.find(({ key }) => key === 'log.record.uid')?.value?.stringValue ?? ''
        this.#resources.set(uid, attributes)
      }
    }
  }
}

function instanceOf(attributes: Attributes): string {
  const value = (key: string) => plain(attributes.get(key))
  return [value('k8s.pod.uid'), value('k8s.container.name'), value('k8s.container.restart_count')].join('/')
}

function plain(value: ProtoAnyValue | undefined): string | readonly unknown[] | undefined {
  return value?.stringValue ?? value?.intValue ?? value?.arrayValue?.values?.map(plain)
}
