import { join } from 'node:path'
import { Line, PARTIAL, STREAM_NAMES, UNPARSED } from '../../decode/line.ts'
import type { ContainerLog } from '../../tail/container-log.ts'
import type { SourceFile } from '../../tail/source-file.ts'
import { printNanoseconds } from '../print-time.ts'
import { readRecords, type ShippedRecord } from '../shipped-record.ts'
import { shownText, type TapListener } from './listener.ts'

const NEWLINE = 10

/**
 * Shows what passes at a stage to whoever asks. While nobody does, each chunk and each request costs the look at one
 * field; while somebody does, lines are shown in the thread that ships them, so there are limits on each listener.
 */
export class Tap {
  /** Whether somebody looks at lines. */
  wantsLines = false
  /** Whether somebody looks at requests. */
  wantsRequests = false
  readonly #listeners = new Set<TapListener>()
  readonly #line = new Line()

  get count(): number {
    return this.#listeners.size
  }

  add(listener: TapListener): void {
    this.#listeners.add(listener)
    this.#update()
  }

  remove(listener: TapListener): void {
    this.#listeners.delete(listener)
    this.#update()
  }

  /** Shows the lines of `bytes[start, end)`, of which the first begins at an offset of the file. */
  takeLines(log: ContainerLog, file: SourceFile, offset: number, bytes: Buffer, start: number, end: number): void {
    for (const listener of this.#listeners) {
      if (listener.query.stage === 'record' || !listener.isMeant(log.names)) continue
      if (listener.hasRoomFor(end - start)) this.#showLines(listener, log, file, offset, bytes, start, end)
    }
  }

  /** Shows the records of a request. */
  takeRequest(body: Buffer): void {
    for (const listener of this.#listeners) {
      if (listener.query.stage !== 'record' || !listener.hasRoomFor(body.length)) continue
      readRecords(body, {
        isWanted: (resource) => listener.isMeant(namesOf(resource)),
        onRecord: (read, bytes) => listener.take(bytes, () => showRecord(read())),
      })
    }
  }

  #showLines(
    listener: TapListener,
    log: ContainerLog,
    file: SourceFile,
    offset: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const { namespace, pod, container } = log.names
    const restart = log.instance === undefined ? {} : { restart_count: log.instance.restartCount }
    const name = log.instance === undefined ? join(log.directory, file.name) : file.name
    const show =
      listener.query.stage === 'read' ? showRead : (from: number, to: number) => this.#showDecoded(log, bytes, from, to)
    for (let at = start; at < end; ) {
      const newline = bytes.indexOf(NEWLINE, at)
      const to = newline < 0 || newline > end ? end : newline
      const from = at
      at = to + 1
      const make = () => ({
        ...{ type: listener.query.stage, namespace, pod, container, ...restart, file: name },
        offset: offset + from - start,
        ...show(from, to),
      })
      if (!listener.take(to - from, make)) return
    }

    function showRead(from: number, to: number): object {
      return shownText(bytes.toString('utf8', from, to))
    }
  }

  #showDecoded(log: ContainerLog, bytes: Buffer, from: number, to: number): object {
    const line = this.#line
    log.handling.decoder.decode(line, bytes, from, to)
    const text = shownText(line.bytes.toString('utf8', line.bodyStart, line.bodyEnd))
    if (line.kind === UNPARSED) return { parsed: false, ...text }
    return {
      parsed: true,
      time: printNanoseconds(line.timeHigh, line.timeLow),
      stream: STREAM_NAMES[line.stream as 0 | 1],
      partial: line.kind === PARTIAL,
      ...text,
    }
  }

  #update(): void {
    const stages = [...this.#listeners].map(({ query }) => query.stage)
    this.wantsRequests = stages.includes('record')
    this.wantsLines = stages.some((stage) => stage !== 'record')
  }
}

function namesOf(resource: Readonly<Record<string, unknown>>) {
  const name = (key: string) => String(resource[key] ?? '')
  return {
    namespace: name('k8s.namespace.name'),
    pod: name('k8s.pod.name'),
    container: name('k8s.container.name'),
  }
}

function showRecord(record: ShippedRecord): object {
  if (typeof record.body !== 'string') return { type: 'record', ...record }
  const { text: body, cut } = shownText(record.body)
  return { type: 'record', ...record, body, ...(cut ? { cut } : {}) }
}
