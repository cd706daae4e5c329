import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { list, mapping, optional, type Schema, type Static, section, text } from '#lib/config/schema.ts'
import { LabelSet } from '#lib/labels.ts'
import type { GlobalOptions } from '../global.ts'
import type { IntegrationContext } from './format.ts'
import { type ConfigOf, FORMATS, INTEGRATION_KINDS, type IntegrationKind } from './formats.ts'

/** `webhook_configs` and the like. */
type IntegrationLists = {
  readonly [K in IntegrationKind as `${K}_configs`]: Schema<readonly Static<(typeof FORMATS)[K]['schema']>[]>
}

function integrationLists(): IntegrationLists {
  const lists = INTEGRATION_KINDS.map((kind) => {
    const items: Schema<unknown> = FORMATS[kind].schema
    return [`${kind}_configs`, list(items, { description: `Integrations of kind ${kind}.`, default: [] })]
  })
  return Object.fromEntries(lists) as IntegrationLists
}

/** An entry of `receivers`. */
export const receiverSchema = section('Whom to tell, and how.', {
  name: optional(text({ description: 'Name that routes refer to.' })),
  ...integrationLists(),
  labels: optional(
    mapping(text({ description: 'A value.' }), { description: 'Labels of the receiver, for filters of the API.' }),
  ),
})

type ReceiverOptions = Static<typeof receiverSchema>

export const receiversSchema = list(receiverSchema, { description: 'All receivers.', default: [] })

/** One integration of a receiver; the index counts within its kind, as in `webhook_configs[0]`. */
export type IntegrationConfig<K extends IntegrationKind = IntegrationKind> = K extends IntegrationKind
  ? { readonly kind: K; readonly index: number; readonly options: ConfigOf<K> }
  : never

export interface ReceiverConfig {
  readonly name: string
  /** As they are written, and the name. */
  readonly labels: LabelSet
  readonly integrations: readonly IntegrationConfig[]
}

export function readReceivers(
  receivers: readonly ReceiverOptions[],
  global: GlobalOptions,
  report: Report,
): readonly ReceiverConfig[] {
  const names = new Set<string>()
  return receivers.map((receiver, index) => {
    const path = ['receivers', index]
    const name = receiver.name ?? ''
    if (name === '') report([...path, 'name'], 'missing name in receiver', 'key')
    else if (names.has(name)) report([...path, 'name'], `notification config name "${name}" is not unique`)
    names.add(name)
    const integrations = INTEGRATION_KINDS.flatMap((kind) => {
      const written: readonly unknown[] = receiver[`${kind}_configs`]
      const read: (options: never, context: IntegrationContext) => unknown = FORMATS[kind].read
      return written.map((options, at) => {
        const context = { global, path: [...path, `${kind}_configs`, at], report }
        // That the options under the key of a kind are those of its format, the schema has seen to.
        return { kind, index: at, options: read(options as never, context) } as IntegrationConfig
      })
    })
    return { name, labels: readLabels(receiver, [...path, 'labels'], report), integrations }
  })
}

function readLabels({ name = '', labels = {} }: ReceiverOptions, path: Path, report: Report): LabelSet {
  const own = labels.name
  if (own !== undefined && own !== name) {
    report([...path, 'name'], `receiver label "name" must match receiver name "${name}", got "${own}"`)
  }
  return LabelSet.from({ ...labels, name })
}
