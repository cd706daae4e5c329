import type { Report } from '#lib/config/check.ts'
import { boolean, choice, list, mapping, optional, type Static, section, text } from '#lib/config/schema.ts'
import { CONTENT_FORMATS } from '../parse/detect.ts'
import { PRIORITIES } from './severity-parser.ts'

/** The part of the agent's configuration that is about the journal of systemd. */
export function journaldSection() {
  return section('The journal of systemd, read through journalctl.', {
    enabled: boolean({ description: 'Whether the journal is read.', default: false }),
    journalctl: text({
      description: 'The program, by its path or by its name in PATH. Its version should not be below that of journald.',
      default: 'journalctl',
      minLength: 1,
    }),
    directory: text({
      description:
        "Directory of the journal's files; by default that of this machine. In a pod name the node's, for instance `/var/log/journal`.",
      default: '',
    }),
    units: list(text({ description: 'Name of a unit, or a pattern.', minLength: 1 }), {
      description: 'Units that are read; all, and what is of no unit, if none is named.',
      default: [],
    }),
    identifiers: list(text({ description: 'As `journalctl --identifier` takes it.', minLength: 1 }), {
      description: 'Syslog identifiers that are read; all if none is named.',
      default: [],
    }),
    priority: choice(PRIORITIES, { description: 'Least severe priority that is read.', default: 'debug' }),
    matches: list(text({ description: '`FIELD=value`.', pattern: '^[A-Z_][A-Z0-9_]*=' }), {
      description: 'Fields that entries must have; values of the same field are alternatives.',
      default: [],
    }),
    start: choice(['boot', 'beginning', 'end'], {
      description:
        'Where the very first start begins: with this boot, with the oldest entry, or with what comes from then on.',
      default: 'boot',
    }),
    fields: list(text({ description: 'Name of a field.', pattern: String.raw`^(?:\*|[A-Z_][A-Z0-9_]*)$` }), {
      description:
        'Further fields that become attributes `journald.<name in small letters>`, which are not redacted; `*` for all but those that journald adds itself.',
      default: [],
    }),
    parse: choice([...CONTENT_FORMATS, 'off'], { description: 'As `logs.parse`.', default: 'auto' }),
    service_name: optional(
      text({ description: 'Resource attribute `service.name` of all records, in place of the unit.', minLength: 1 }),
    ),
    attributes: mapping(text({ description: 'Value of the attribute.' }), {
      description: 'Resource attributes of the records.',
      default: {},
    }),
  })
}

export type JournaldConfig = Static<ReturnType<typeof journaldSection>>

/** Reports what journalctl would take for an option. */
export function checkJournald({ journalctl }: JournaldConfig, report: Report): void {
  if (journalctl.startsWith('-')) report(['journald', 'journalctl'], `${JSON.stringify(journalctl)} is no program`)
}
