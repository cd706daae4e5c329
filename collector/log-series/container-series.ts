import type { SeriesFamily } from '../series/series-sink.ts'
import { CONTAINER_LABELS, type ContainerCounts, type ContainerTable, LEVELS } from './container-counts.ts'
import { REPEAT_MS, type SeriesWriter } from './series-writer.ts'

const RECORDS: SeriesFamily = {
  name: 'logs_total',
  type: 'counter',
  help: 'Log records that the collector took, by container and level.',
  unit: '',
}
const BYTES: SeriesFamily = {
  name: 'logs_bytes_total',
  type: 'counter',
  help: 'Bytes of the texts of log records that the collector took, by container and level.',
  unit: '',
}

/** Puts what was counted of containers, one container at a time, and ends those that are forgotten. */
export function* putContainers(containers: ContainerTable, writer: SeriesWriter): Generator<undefined> {
  for (const expired of containers.expire()) endContainer(expired, writer)
  for (const counts of containers.all) {
    putContainer(counts, writer)
    yield undefined
  }
}

function putContainer(container: ContainerCounts, writer: SeriesWriter): void {
  const { counts, published, startMs } = container
  const isRepeated = writer.nowMs - container.publishedMs >= REPEAT_MS
  if (isRepeated) container.publishedMs = writer.nowMs
  for (let level = 0; level < LEVELS.length; level++) {
    const records = counts[level]!
    if (records === 0 || (records === published[level] && !isRepeated)) continue
    published[level] = records
    const labels = labelsOf(container, level, writer)
    writer.put(RECORDS, RECORDS.name, labels, records, startMs)
    writer.put(BYTES, BYTES.name, labels, counts[level + LEVELS.length]!, startMs)
  }
}

function endContainer(container: ContainerCounts, writer: SeriesWriter): void {
  for (let level = 0; level < LEVELS.length; level++) {
    if (container.published[level] === 0) continue
    const labels = labelsOf(container, level, writer)
    for (const family of [RECORDS, BYTES]) writer.end(family, family.name, labels)
  }
}

function labelsOf({ labels, names }: ContainerCounts, level: number, writer: SeriesWriter): readonly string[] {
  labels[level] ??= writer.labelsOf([
    ...CONTAINER_LABELS.map((name, index) => [name, names[index]!] as const),
    ['level', LEVELS[level]!],
  ])
  return labels[level]
}
