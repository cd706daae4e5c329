import type { Clock } from '#lib/clock.ts'
import type { Attributes } from '../enrich/process-resource.ts'
import type { AgentEvents } from '../events.ts'
import { createContentParser } from '../parse/detect.ts'
import type { Checkpoints } from '../tail/checkpoints.ts'
import type { Intake } from '../tail/intake.ts'
import type { Ledger } from '../tail/ledger.ts'
import type { Reader } from '../tail/reader.ts'
import { filterArguments, journalctlArguments } from './arguments.ts'
import { RecordAttributes } from './attributes.ts'
import type { JournaldConfig } from './config.ts'
import { Follower } from './follower.ts'
import { JournalInput } from './input.ts'
import { JournalPosition } from './position.ts'
import { SeverityParser } from './severity-parser.ts'
import { UnitLogs } from './unit-logs.ts'

export interface JournalInputDeps {
  readonly intake: Intake
  readonly reader: Reader
  readonly checkpoints: Checkpoints
  readonly ledger: Ledger
  /** Of all records that are no container's. */
  readonly attributes: Attributes
  readonly maxRecordBytes: number
  /** Seconds since this boot. */
  readonly uptimeSeconds: () => number
  readonly clock: Clock
  readonly events: AgentEvents
}

/** Bytes are written as numbers and commas, four characters each; and there are other fields. */
const CHARS_A_BYTE = 4
const OTHER_FIELDS_BYTES = 256 * 1024

/** Puts together what reads the journal. */
export function createJournalInput(config: JournaldConfig, deps: JournalInputDeps): JournalInput {
  const { intake, reader, checkpoints, ledger, clock, events, maxRecordBytes } = deps
  const position = new JournalPosition({ checkpoints, ledger, filter: JSON.stringify(filterArguments(config)) })
  const severity = new SeverityParser(createContentParser(config.parse, { time: false }))
  const name = config.service_name
  return new JournalInput({
    ...{ intake, reader, position, severity, events },
    attributes: new RecordAttributes(config.fields),
    units: new UnitLogs({
      parser: severity,
      attributes: deps.attributes,
      configured: { ...(name === undefined ? {} : { 'service.name': name }), ...config.attributes },
      maxRecordBytes,
    }),
    maxLineBytes: maxRecordBytes * CHARS_A_BYTE + OTHER_FIELDS_BYTES,
    firstSinceMs: () => firstSinceMs(config.start, clock.nowMs(), deps.uptimeSeconds()),
    createFollower: (hooks) =>
      new Follower({
        ...{ ...hooks, clock, events },
        program: config.journalctl,
        argumentsNow: () => journalctlArguments(config, position.begin()),
      }),
  })
}

function firstSinceMs(start: JournaldConfig['start'], nowMs: number, uptimeSeconds: number): number {
  if (start === 'beginning') return 0
  return start === 'end' ? nowMs : Math.max(1, nowMs - Math.ceil(uptimeSeconds * 1_000))
}
