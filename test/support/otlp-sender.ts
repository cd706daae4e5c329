import { setTimeout as sleep } from 'node:timers/promises'
import { encodeLogsRequest, type ProtoKeyValue } from './otlp-proto.ts'

/** Time of the numbered record 0; each next one is a millisecond later. */
export const FIRST_MS = 1_790_000_000_000
const RETRY_MS = 20

function numberedId(number: number): string {
  return `record-${String(number).padStart(9, '0')}`
}

/** A request with records of a number each, from `from` on. */
export function numberedRecords(
  from: number,
  count: number,
  attributesOf: (number: number) => readonly ProtoKeyValue[] = () => [],
): Buffer {
  const logRecords = Array.from({ length: count }, (_, index) => {
    const number = from + index
    return {
      timeUnixNano: `${FIRST_MS + number}000000`,
      severityNumber: number % 10 === 0 ? 17 : 9,
      body: { stringValue: `request ${number} of shop took ${(number * 7919) % 1000} ms ${'x'.repeat(number % 80)}` },
      attributes: [
        { key: 'log.record.uid', value: { stringValue: numberedId(number) } },
        { key: 'log.iostream', value: { stringValue: 'stdout' } },
        ...attributesOf(number),
      ],
    }
  })
  const texts = { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'web-1', 'k8s.container.name': 'app' }
  const attributes = Object.entries(texts).map(([key, stringValue]) => ({ key, value: { stringValue } }))
  return encodeLogsRequest({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] })
}

/** Sends a request again and again, as an agent does, until it is taken. Returns how often it was turned away. */
export async function sendUntilTaken(url: string, body: Buffer): Promise<number> {
  for (let turnedAway = 0; ; turnedAway++) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'application/x-protobuf' },
      })
      const text = await response.text()
      if (response.status === 200) return turnedAway
      if (response.status < 500 && response.status !== 429) throw new TypeError(`${response.status}: ${text}`)
    } catch (error) {
      // A refused or broken connection is what kills look like from here.
      if (!(error instanceof TypeError) || error.cause === undefined) throw error
    }
    await sleep(RETRY_MS)
  }
}
