import { existsSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { EventDeps } from '#lib/events.ts'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import { createRedactor } from '#lib/redact/create-redactor.ts'
import { readVersion } from '#lib/version.ts'
import type { AgentConfig } from './config.ts'
import { type OpenWatch, openWatch } from './discover/open-watch.ts'
import { PodsDirectory } from './discover/pods-directory.ts'
import { Selection } from './discover/selection.ts'
import { Enricher } from './enrich/enricher.ts'
import { type Attributes, type Environment, otelAttributes, podAttributes } from './enrich/process-resource.ts'
import { AGENT_EVENTS, type AgentEvents } from './events.ts'
import { createFileInput, type FileInput } from './files/create-file-input.ts'
import { Drops } from './filter/drops.ts'
import { isAboutScraping } from './gather/scrape/pod-labels.ts'
import { isAboutLogs } from './handling/annotations.ts'
import { Handlings } from './handling/handlings.ts'
import { Joiner } from './join/joiner.ts'
import { createJournalInput } from './journald/create-journal-input.ts'
import type { JournalInput } from './journald/input.ts'
import { createPodCache } from './metadata/create-pod-cache.ts'
import type { KnownPods } from './metadata/known-pods.ts'
import { Tap } from './observe/tap/tap.ts'
import { Batch, encodeScope } from './ship/batch.ts'
import { createShipper } from './ship/create-shipper.ts'
import type { RequestSender } from './ship/outcome.ts'
import { RecordWriter } from './ship/record-writer.ts'
import type { Shipper } from './ship/shipper.ts'
import { Beginnings } from './tail/beginnings.ts'
import { Checkpoints } from './tail/checkpoints.ts'
import { Exclusion } from './tail/exclusion.ts'
import { Flusher } from './tail/flusher.ts'
import { Intake } from './tail/intake.ts'
import { LastReads } from './tail/last-reads.ts'
import { Ledger } from './tail/ledger.ts'
import { Opener } from './tail/opener.ts'
import { Reader } from './tail/reader.ts'
import { Regrouper } from './tail/regrouper.ts'
import { Retirement } from './tail/retirement.ts'
import { freeBytesAt, Shedder } from './tail/shedder.ts'
import { Spool } from './tail/spool.ts'
import { Tailer } from './tail/tailer.ts'
import { Timekeeper } from './tail/timekeeper.ts'

/** Bytes that one container may read before it is the turn of the next. */
const QUANTUM_BYTES = 256 * 1024
/** Room for a line's header before its body. */
const LINE_HEADER_BYTES = 256

export interface Pipeline {
  /** In start order. */
  readonly parts: readonly Service[]
  readonly events: AgentEvents
  readonly clock: Clock
  readonly discovery: PodsDirectory
  /** Undefined if no files are configured. */
  readonly files: FileInput | undefined
  /** Undefined if it is not read. */
  readonly journal: JournalInput | undefined
  readonly handlings: Handlings
  readonly tailer: Tailer
  readonly intake: Intake
  readonly joiner: Joiner
  /** Undefined if nothing is redacted. */
  readonly enricher: Enricher
  readonly shipper: Shipper
  readonly checkpoints: Checkpoints
  readonly ledger: Ledger
  readonly tap: Tap
  /** Undefined if nobody is asked. */
  readonly pods: KnownPods | undefined
}

export interface PipelineDeps extends EventDeps {
  /** How directories are watched: by inotify unless told. */
  readonly openWatch?: OpenWatch
}

/**
 * The agent, in the order in which a log line meets it:
 *
 * discover  which files are there                                discover/pods-directory.ts
 *           other files, the journal of systemd                  files/file-globs.ts, journald/input.ts
 * select    whose logs are read                                  discover/selection.ts
 * open      what of a file was read before                       tail/opener.ts, tail/checkpoints.ts
 * hold      links to what is not delivered                       tail/spool.ts, tail/shedder.ts
 * tail      bytes, a quantum per container in turn               tail/reader.ts
 * handle    how its lines are decoded, joined and parsed           handling/handlings.ts
 * decode    the runtime's line format                            decode/cri.ts, decode/docker.ts
 * join      parts of a line, lines of a stack trace              join/joiner.ts, multiline/
 * redact    secrets in texts                                   redact/redactor.ts
 * parse     severity and trace ids                               parse/detect.ts
 * filter    which records are wanted                             filter/record-filter.ts
 * enrich    whose record it is                                   enrich/enricher.ts, metadata/known-pods.ts
 * batch     records to one request                               tail/intake.ts, ship/batch.ts, ship/record-writer.ts
 * ship      compress, choose a collector, send, try again        ship/shipper.ts, ship/endpoint-pool.ts, ship/delivery.ts
 * ack       what need not be read again                          tail/source-file.ts, tail/ledger.ts
 */
export function createPipeline(
  config: AgentConfig,
  deps: PipelineDeps,
  sender?: RequestSender,
  createPods: typeof createPodCache = createPodCache,
): Pipeline {
  const { clock } = deps
  const events = createEvents('vedette_agent', AGENT_EVENTS, deps)
  const nodeName = config.node_name || hostname()
  const maxRecordBytes = config.logs.max_record_bytes

  const shipper = createShipper(config.ship, {
    ...{ clock, events, registry: deps.registry },
    connect: sender === undefined ? undefined : () => sender,
    files: systemFiles,
    env: process.env,
    stateDir: config.state_dir,
  })

  const writer = new RecordWriter()
  const batch = new Batch({
    maxBytes: config.ship.batch.max_bytes,
    maxRecordBytes,
    writer,
    scope: encodeScope('vedette.agent', readVersion()),
  })
  const joiner = new Joiner({ clock, maxRecordBytes })
  const tap = new Tap()
  const drops = new Drops(events)
  const redactor = createRedactor(config.logs.redact)
  const intake = new Intake({ joiner, redactor, batch, writer, clock, maxRecordBytes, tap, drops })

  const pods =
    !config.logs.enabled && !config.gather.enabled
      ? undefined
      : createPods(config.metadata, {
          ...{ clock, events },
          files: systemFiles,
          env: process.env,
          nodeName: config.node_name,
          exists: existsSync,
          keepAnnotation: (key) => isAboutLogs(key) || isAboutScraping(key),
        })

  const checkpoints = new Checkpoints(config.state_dir)
  const ledger = new Ledger(checkpoints, events, clock)
  const beginnings = new Beginnings({ checkpoints, clock })
  const spool = new Spool({ directory: spoolDirectory(config), enabled: config.logs.spool.mode === 'auto', events })
  const opener = new Opener({ beginnings, ledger, spool, clock, events })
  const retirement = new Retirement({ ledger, spool, events })
  const flusher = new Flusher({
    intake,
    ledger,
    opener,
    flushAfterMs: config.logs.flush_after,
  })
  const handlings = new Handlings(config, {
    ...{ pods, events, drops },
    takes: (instance, labels) => discovery.selection.takesLabelled(instance, labels),
  })
  const reader = new Reader({
    intake,
    flusher,
    regrouper: new Regrouper({ intake, ledger, rules: handlings }),
    clock,
    events,
    ship(request) {
      ledger.writeBegun()
      if (tap.wantsRequests) tap.takeRequest(request.body)
      return shipper.submit(request)
    },
    onTruncated: (log, file) => tailer.onTruncated(log, file),
    maxLineBytes: maxRecordBytes + LINE_HEADER_BYTES,
    quantumBytes: QUANTUM_BYTES,
  })
  const enricher = new Enricher({ nodeName, pods, rules: config.metadata })
  const exclusion = new Exclusion({ flusher, ledger, reader, retirement })
  const refresh = (directory: string) => {
    discovery.refresh(directory)
    files?.refresh(directory)
  }
  const shedder = new Shedder({
    ...{ flusher, retirement, spool, events },
    maxBytes: config.logs.spool.max_bytes,
    minFreeBytes: config.logs.spool.min_free_bytes,
    freeBytes: () => freeBytesAt(config.logs.pods_dir),
    refresh,
  })
  const timekeeper = new Timekeeper({ ledger, clock, onReadable: (log) => reader.wake(log) })
  const tailer: Tailer = new Tailer({
    ...{ checkpoints, ledger, opener, reader, flusher, retirement, exclusion, spool, shedder },
    ...{ intake, clock, events, maxRecordBytes, timekeeper },
    lastReads: new LastReads({ reader, flusher, opener, timekeeper, events }),
    podsDir: config.logs.pods_dir,
    enricher,
    handlings,
    batchDelayMs: config.ship.batch.max_delay,
    directories: { refresh, calmed: (directory) => discovery.calmed(directory) },
  })
  const discovery: PodsDirectory = new PodsDirectory({
    root: config.logs.pods_dir,
    selection: createSelection(config),
    listener: tailer,
    clock,
    events,
    openWatch: deps.openWatch ?? openWatch,
    reconcileMs: config.logs.reconcile_interval,
  })

  const hasOthers = config.files.length > 0 || config.journald.enabled
  const ownAttributes = hasOthers ? attributesOf(config, process.env, events) : {}
  const files: FileInput | undefined =
    config.files.length === 0
      ? undefined
      : createFileInput(config.files, {
          ...{ tailer, checkpoints, ledger, clock, events },
          ruleNamed: (name) => handlings.ruleNamed(name),
          attributes: ownAttributes,
          stateDir: resolve(config.state_dir),
          workingDirectory: process.cwd(),
          openWatch: deps.openWatch ?? openWatch,
          reconcileMs: config.logs.reconcile_interval,
        })

  const journal = config.journald.enabled
    ? createJournalInput(config.journald, {
        ...{ intake, reader, checkpoints, ledger, clock, events, maxRecordBytes },
        attributes: ownAttributes,
        uptimeSeconds: uptime,
      })
    : undefined

  const memory: Service = {
    name: 'checkpoints',
    start() {
      const lostBytes = checkpoints.open()
      if (lostBytes > 0) events.checkpointDamaged({}, { count: lostBytes })
    },
    stop() {
      ledger.write()
      spool.sweep()
      checkpoints.close()
    },
  }
  const inputs = [config.logs.enabled ? discovery : undefined, files, journal].filter((input) => input !== undefined)
  return {
    parts: [memory, shipper, ...(pods === undefined ? [] : [pods]), tailer, ...inputs],
    ...{
      events,
      clock,
      discovery,
      files,
      journal,
      handlings,
      tailer,
      enricher,
      intake,
      joiner,
      shipper,
      checkpoints,
      ledger,
      tap,
      pods,
    },
  }
}

/** Resource attributes of records that are no container's: those of this process, and of its pod if it is a sidecar. */
function attributesOf({ logs, node_name }: AgentConfig, env: Environment, events: AgentEvents): Attributes {
  const { attributes, problem } = otelAttributes(env)
  if (problem !== undefined) events.resourceInvalid({}, { err: problem })
  const node = node_name === '' ? {} : { 'k8s.node.name': node_name }
  return { 'host.name': hostname(), ...(logs.enabled ? {} : podAttributes(env)), ...node, ...attributes }
}

/** Which containers are read. */
export function createSelection({ logs }: AgentConfig): Selection {
  return new Selection({ include: logs.include, exclude: logs.exclude, ownPodUid: logs.own_pod_uid })
}

/** Where links are made; not in the pods directory, where the kubelet deletes what it does not know. */
export function spoolDirectory({ logs }: AgentConfig): string {
  return logs.spool.dir ?? join(dirname(resolve(logs.pods_dir)), 'vedette-spool')
}
