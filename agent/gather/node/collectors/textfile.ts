import { messageOf } from '#lib/errors.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import type { SampleSink } from '#lib/exposition/sample-sink.ts'
import { gauge } from '../../family-spec.ts'
import { PageSeries } from '../../page/page-series.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import type { NodeEvents } from '../events.ts'
import { Kept } from '../kept.ts'
import type { NodeFiles } from '../node-files.ts'

const ERROR = gauge('node_textfile_scrape_error', 'Whether a directory or file of metrics could not be read.')
const MODIFIED = gauge('node_textfile_mtime_seconds', 'When a file of metrics was last written, seconds since 1970.')
const LIMITS = { maxSamples: 50_000 }
/** Most files of all directories. */
const MAX_FILES = 1_000

/** A file that could be read, as it was last. */
interface TextFile {
  text: string
  /** Why it is left out, or undefined. */
  problem: string | undefined
}

interface ReadFile {
  readonly bytes: Buffer
  readonly path: string
  readonly modifiedMs: number
}

/**
 * Metrics that other programs write to `*.prom` files, in Prometheus' text format without timestamps. A file that is wrong
 * is left out as a whole; a series that is in two files counts where it comes first.
 */
export const createTextfileCollector: CollectorFactory = ({ files, config, events, metrics }) => {
  const labels = keptLabels('file')
  const known = new Kept<TextFile>(() => ({ text: '', problem: undefined }))
  const series = new PageSeries({ metrics, labels: new Map(), honorLabels: false, honorTimestamps: false })
  return (points) => {
    known.begin()
    const { paths, failures } = listFiles(files, config.textfile.directories, events)
    let failed = failures
    const good: ReadFile[] = []
    for (const path of paths) {
      const file = readFile(files, path, known.get(path))
      if (typeof file !== 'string') good.push(file)
      else {
        failed += 1
        events.nodeTextfileFailed({}, { path, err: file })
      }
    }
    series.begin()
    for (const { bytes } of good) parse(bytes, series)
    const { duplicates, conflicts } = series.commit()
    if (duplicates + conflicts > 0) events.nodeTextfileSamplesRefused({}, { count: duplicates + conflicts })
    labels.begin()
    for (const { path, modifiedMs } of good) points.add(MODIFIED, labels.get(path), Math.floor(modifiedMs / 1_000))
    points.single(ERROR, failed > 0 ? 1 : 0)
  }
}

function listFiles(files: NodeFiles, directories: readonly string[], events: NodeEvents) {
  const paths: string[] = []
  let failures = 0
  const fail = (path: string, err: string) => {
    failures += 1
    events.nodeTextfileFailed({}, { path, err })
  }
  for (const written of directories) {
    const directory = written.replace(/(?<=.)\/+$/, '')
    try {
      for (const name of files.list(directory)) {
        if (name.endsWith('.prom')) paths.push(`${directory}/${name}`)
      }
    } catch (error) {
      fail(directory, messageOf(error))
    }
  }
  for (const path of paths.splice(MAX_FILES)) fail(path, `there are more than ${MAX_FILES} files`)
  return { paths, failures }
}

/** @returns why it is left out, for people */
function readFile(files: NodeFiles, path: string, file: TextFile): ReadFile | string {
  let text: string
  let modifiedMs: number
  try {
    text = files.read(path)
    modifiedMs = files.modifiedMs(path)
  } catch (error) {
    return messageOf(error)
  }
  const bytes = Buffer.from(text, 'latin1')
  // Nothing of a file may count that is found wrong at its end, so it is read once before; but only when it has changed.
  if (text !== file.text) file.problem = findProblem(bytes)
  file.text = text
  return file.problem ?? { bytes, path, modifiedMs }
}

function findProblem(bytes: Buffer): string | undefined {
  const sink: SampleSink = {
    family: () => {},
    sample(name, _labels, _value, timestampMs) {
      if (timestampMs !== undefined) throw new Error(`sample ${name} has a timestamp, which such files must not have`)
    },
  }
  try {
    parse(bytes, sink)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}

function parse(bytes: Buffer, sink: SampleSink): void {
  const parser = new ExpositionParser({ format: 'text', sink, limits: LIMITS })
  parser.write(bytes)
  parser.end()
}
