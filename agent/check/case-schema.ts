import {
  choice,
  integer,
  list,
  mapping,
  optional,
  type Schema,
  type Static,
  section,
  text,
} from '#lib/config/schema.ts'
import { SEVERITIES } from '#lib/parse/severity-names.ts'

/** What Kubernetes allows in a name; nothing of it could lead out of a directory. */
const NAME = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'

const name = (description: string, byDefault: string) => text({ description, default: byDefault, pattern: NAME })
const texts = (description: string) => mapping(text({ description: 'Its value.' }), { description, default: {} })

const scalar: Schema<string | number | boolean> = { type: ['string', 'number', 'boolean'], description: 'Its value.' }
const scalars = (description: string) => mapping(scalar, { description, default: {} })

const input = section('Lines of one container, and whose they are.', {
  namespace: name('Namespace of the pod.', 'default'),
  pod: name('Name of the pod.', 'test-0'),
  container: name('Name of the container.', 'app'),
  uid: optional(text({ description: 'UID of the pod; one made of its name by default.', pattern: NAME })),
  restart_count: integer({ description: 'Which run of the container.', default: 0, minimum: 0, maximum: 999_999_999 }),
  labels: texts('Labels of the pod.'),
  annotations: texts('Annotations of the pod.'),
  image: text({ description: 'Image of the container.', default: 'example.org/app:1' }),
  owner: optional(
    section('Who made the pod.', {
      kind: text({ description: 'ReplicaSet, StatefulSet, DaemonSet, Job, …', minLength: 1 }),
      name: text({ description: 'Its name.', minLength: 1 }),
    }),
  ),
  stream: choice(['stdout', 'stderr'], { description: 'Where the lines were written to.', default: 'stdout' }),
  lines: optional(text({ description: 'Lines as the container writes them; the runtime is imitated.' })),
  raw: optional(text({ description: 'Bytes of the file as they stand there.' })),
})

const record = section('What a record must have; what is not named may be anything.', {
  body: optional(text({ description: 'The whole body; a newline at the end does not count.' })),
  body_matches: optional(text({ description: 'A regular expression of RE2 that is found in the body.' })),
  severity: optional(choice(SEVERITIES, { description: 'By its number.' })),
  severity_text: optional(text({ description: 'As the body has it.' })),
  severity_number: optional(integer({ description: "OpenTelemetry's.", minimum: 0, maximum: 24 })),
  trace_id: optional(text({ description: 'Hexadecimal.' })),
  span_id: optional(text({ description: 'Hexadecimal.' })),
  time: optional(text({ description: 'RFC 3339, compared as a time.' })),
  attributes: scalars('Attributes of the record.'),
  resource: scalars('Attributes of its resource.'),
  absent: list(text({ description: 'A key.' }), { description: 'Attributes that neither may have.', default: [] }),
})

const expected = section('What must come out.', {
  count: optional(integer({ description: 'So many records.', minimum: 0 })),
  records: optional(
    list(record, {
      description: 'The records in the order of their times, all of them; with `count`, some of them.',
    }),
  ),
  dropped: optional(integer({ description: 'So many records are dropped.', minimum: 0 })),
  dropped_by: optional(
    mapping(integer({ description: 'So many.', minimum: 0 }), { description: 'So many for a reason, by reason.' }),
  ),
})

/** The format of a file of tests. */
export const CASES = section('Tests of a configuration of the agent.', {
  tests: list(
    section('A test.', {
      name: text({ description: 'What is tested.', minLength: 1 }),
      input: list(input, { description: 'What containers wrote, in this order.', minItems: 1 }),
      expect: expected,
    }),
    { description: 'The tests.', minItems: 1 },
  ),
})

export type Case = Static<typeof CASES>['tests'][number]
export type CaseInput = Case['input'][number]
export type ExpectedRecord = NonNullable<Case['expect']['records']>[number]
