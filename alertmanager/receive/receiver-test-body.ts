import { BodyReader, type Decoded, decodeBody } from './body.ts'

/** What somebody wants to have tested. */
export interface ReceiverTestRequest {
  /** The receiver's name, or a receiver that is not in force as YAML. */
  readonly receiver: { readonly name: string } | { readonly definition: string }
  /** Only integrations of this kind, and of those the one at the index. */
  readonly integration: string | undefined
  readonly index: number | undefined
  readonly alert: TestAlert | undefined
  /** Whether to tell of the end as well. */
  readonly resolved: boolean
}

interface TestAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const reader = new BodyReader('test')

export function decodeReceiverTest(body: Buffer): Decoded<ReceiverTestRequest> {
  return decodeBody(() => {
    const test = reader.object(reader.parse(body), 'a test')
    const name = reader.text(test.receiver, 'receiver')
    const definition = reader.text(test.definition, 'definition')
    const integration = reader.text(test.integration, 'integration')
    const index = readIndex(test.index)
    const alert = readAlert(test.alert)
    const resolved = reader.boolean(test.resolved, 'resolved') ?? false
    if (name === undefined && definition === undefined) throw reader.missing('receiver')
    if (name !== undefined && definition !== undefined) {
      throw reader.against(604, 'receiver and definition in body exclude each other')
    }
    if (index !== undefined && integration === undefined) throw reader.missing('integration')
    const receiver = definition === undefined ? { name: name ?? '' } : { definition }
    return { receiver, integration, index, alert, resolved }
  })
}

function readIndex(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw reader.wrongType(value, 'index')
  return value
}

function readAlert(value: unknown): TestAlert | undefined {
  if (value === undefined || value === null) return undefined
  const alert = reader.object(value, 'alert')
  const labels = reader.texts(alert.labels, 'alert.labels')
  const annotations = reader.texts(alert.annotations, 'alert.annotations') ?? {}
  if (labels === undefined) throw reader.missing('alert.labels')
  return { labels, annotations }
}
