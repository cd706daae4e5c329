import { basename } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import { createDecoder } from '../decode/detect.ts'
import { PlainDecoder } from '../decode/plain.ts'
import type { OpenWatch } from '../discover/open-watch.ts'
import type { Attributes } from '../enrich/process-resource.ts'
import { encodeAttributes } from '../enrich/resource.ts'
import type { AgentEvents } from '../events.ts'
import type { Handling } from '../handling/handling.ts'
import { SINGLE_LINES } from '../multiline/auto.ts'
import type { MultilineRule } from '../multiline/rule.ts'
import { createContentParser } from '../parse/detect.ts'
import type { Checkpoints } from '../tail/checkpoints.ts'
import type { Ledger } from '../tail/ledger.ts'
import type { Tailer } from '../tail/tailer.ts'
import type { FilesConfig } from './config.ts'
import { FileForgetter } from './file-forgetter.ts'
import { FileGlobs } from './file-globs.ts'
import { FileLogs } from './file-logs.ts'
import { UndatedRecognizer } from './recognizer.ts'
import type { FileSource } from './source.ts'
import { sourceGlobs } from './source-globs.ts'

export interface FileInputOptions {
  readonly tailer: Tailer
  readonly checkpoints: Checkpoints
  readonly ledger: Ledger
  readonly ruleNamed: (name: string) => MultilineRule | undefined
  /** Of all records, unless the configuration says otherwise. */
  readonly attributes: Attributes
  readonly stateDir: string
  readonly workingDirectory: string
  readonly openWatch: OpenWatch
  readonly reconcileMs: number
  readonly clock: Clock
  readonly events: AgentEvents
}

/** The files that globs match, found and read. */
export interface FileInput extends Service {
  /** Number of files that match. */
  readonly size: number
  /** Lists a directory again. */
  refresh(directory: string): void
}

/** Puts together what reads the files of a configuration that was checked. */
export function createFileInput(files: FilesConfig, options: FileInputOptions): FileInput {
  const { tailer, checkpoints, ledger, clock, events, stateDir, openWatch, reconcileMs } = options
  const sources = files.map((file) => createSource(file, options))
  const logs = new FileLogs({
    ...{ sources, tailer, checkpoints },
    recognizer: new UndatedRecognizer({ checkpoints, clock }),
    forgetter: new FileForgetter({ checkpoints, ledger, logs: tailer.logs, look: (log) => tailer.look(log) }),
    nowMs: () => clock.nowMs(),
    refresh: (directory) => globs.refresh(directory),
  })
  const globs: FileGlobs = new FileGlobs({
    ...{ sources, stateDir, clock, events, openWatch, reconcileMs },
    listener: logs,
  })
  return {
    name: 'files',
    get size() {
      return globs.size
    },
    refresh: (directory) => globs.refresh(directory),
    start() {
      logs.start()
      return globs.start()
    },
    stop: () => globs.stop(),
  }
}

function createSource(config: FilesConfig[number], options: FileInputOptions): FileSource {
  const { format, parse, time, multiline, service_name, ignore_older } = config
  const hasTime = time === 'body'
  const parser = createContentParser(parse, { time: hasTime })
  const handling: Handling = {
    decoder: format === 'plain' ? new PlainDecoder() : createDecoder(format),
    multiline: options.ruleNamed(multiline) ?? SINGLE_LINES,
    parsers: [parser, parser, parser],
    time: hasTime,
    excludedStreams: 0,
    filter: undefined,
    limit: undefined,
  }
  const attributes: Attributes = {
    ...options.attributes,
    ...(service_name === undefined ? {} : { 'service.name': service_name }),
    ...config.attributes,
  }
  return {
    ...sourceGlobs(config, options.workingDirectory),
    isUndated: format === 'plain',
    startsAtEnd: config.start === 'end',
    ignoreOlderMs: ignore_older,
    traitsOf(path) {
      const file = { 'log.file.name': basename(path), 'log.file.path': path }
      return { enriched: { resource: encodeAttributes({ ...file, ...attributes }), isComplete: true }, handling }
    },
  }
}
