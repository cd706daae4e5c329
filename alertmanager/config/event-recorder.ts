import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import {
  boolean,
  choice,
  integer,
  list,
  optional,
  type Schema,
  type Static,
  secret,
  section,
  text,
} from '#lib/config/schema.ts'
import type { Feature } from '../process/features.ts'
import { checkHttpConfig, httpConfigSchema } from './http.ts'
import { checkGoDuration, timeoutKey } from './receivers/timeout.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'
import { urlProblem } from './urls.ts'

const goDuration = (description: string) => optional(text({ description }))
const count = (description: string) => optional(integer({ description, minimum: 1 }))

const webhookOutput = section('Posts events as JSON.', {
  url: secret({ description: 'Where to post.' }),
  http_config: optional(httpConfigSchema),
  ...timeoutKey(),
  workers: count('Requests at a time; 4.'),
  max_retries: optional(integer({ description: 'How often a request is tried again; 3.', minimum: 0 })),
  retry_backoff: goDuration('Wait before the first retry; 500ms.'),
  batch: optional(boolean({ description: 'Post several events at once.' })),
  batch_max_events: count('Most events in one request; 100.'),
  batch_max_bytes: count('Largest request; 1048576.'),
  batch_flush_interval: goDuration('Longest wait for more events; 100ms.'),
})

const kafkaOutput = section('Sends events to a topic of Kafka.', {
  brokers: list(text({ description: 'host:port.' }), { description: 'Brokers to ask first.', minItems: 1 }),
  topic: text({ description: 'Topic.', minLength: 1 }),
  client_id: optional(text({ description: 'Name of this client.' })),
  format: optional(choice(['json', 'protobuf'], { description: 'How events are written.' })),
  acks: optional(choice(['none', 'leader', 'all'], { description: 'Who must have an event.' })),
  compression: optional(text({ description: 'How events are compressed.' })),
  buffer_size: count('Most events that wait; 1024.'),
  tls_config: optional(tlsConfigSchema),
})

const outputs = <T>(items: Schema<T>, description: string) => optional(list(items, { description }))

export const eventRecorderSchema = section('Where events are recorded. Checked, but of no effect.', {
  file_outputs: outputs(
    section('Appends events to a file.', { path: text({ description: 'The file.', minLength: 1 }) }),
    'Files.',
  ),
  webhook_outputs: outputs(webhookOutput, 'Webhooks.'),
  kafka_outputs: outputs(kafkaOutput, 'Topics of Kafka.'),
  stdout_outputs: outputs(section('Writes events to standard output.', {}), 'Standard output.'),
})

export interface EventRecorderContext {
  readonly features: ReadonlySet<Feature> | undefined
  readonly report: Report
  readonly warn: (message: string) => void
}

/** Reports what is wrong, and says that nothing is recorded: as an error where the feature asks for it. */
export function checkEventRecorder(
  recorder: Static<typeof eventRecorderSchema> | undefined,
  { features, report, warn }: EventRecorderContext,
): void {
  if (recorder === undefined) return
  for (const [index, output] of (recorder.webhook_outputs ?? []).entries()) {
    checkWebhookOutput(output, ['event_recorder', 'webhook_outputs', index], report)
  }
  for (const [index, { tls_config }] of (recorder.kafka_outputs ?? []).entries()) {
    const path = ['event_recorder', 'kafka_outputs', index, 'tls_config']
    if (tls_config !== undefined) checkTlsConfig(tls_config, path, report)
  }
  if (!features?.has('event-recorder')) {
    warn('event_recorder has no effect: upstream needs --enable-feature event-recorder for it')
    return
  }
  for (const [key, list] of Object.entries(recorder)) {
    if (list !== undefined && list.length > 0) report(['event_recorder', key], 'events are not recorded yet', 'key')
  }
}

type WebhookOutput = Static<typeof webhookOutput>

function checkWebhookOutput(output: WebhookOutput, path: Path, report: Report): void {
  const problem = output.url === '<secret>' ? undefined : urlProblem(output.url)
  if (problem !== undefined) report([...path, 'url'], problem)
  if (output.http_config !== undefined) checkHttpConfig(output.http_config, [...path, 'http_config'], report)
  for (const key of ['timeout', 'retry_backoff', 'batch_flush_interval'] as const) {
    checkGoDuration(output[key], [...path, key], report)
  }
}
