import { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'
import type { Integration } from './receiver.ts'

/** A label of notifications that names the receiver in whose place another one is told: `{{ .RouteLabels.vedette_fallback_for }}`. */
const FALLBACK_LABEL = 'vedette_fallback_for'
/** An annotation of all alerts of such a notification, which most texts show without being asked to. */
const FALLBACK_ANNOTATION = 'vedette_fallback'

export interface StandInOptions {
  /** Who cannot be told. */
  readonly receiver: string
  /** Why not; without it this is about the end of what was told when it could not be. */
  readonly message: string | undefined
  /** Takes the kind, after each success. */
  readonly onTold: (integration: string) => void
}

/** The same integration, saying in whose place it is told. */
export function standIn(integration: Integration, { receiver, message, onTold }: StandInOptions): Integration {
  const { kind, index, sendResolved } = integration
  const why = `in place of receiver ${JSON.stringify(receiver)}${message === undefined ? '' : `: ${message}`}`
  return {
    ...{ kind, index, sendResolved },
    async notify(notification, signal) {
      const marked = {
        ...notification,
        routeLabels: withEntry(notification.routeLabels, FALLBACK_LABEL, receiver),
        alerts: notification.alerts.map((flushed) => withAnnotation(flushed, why)),
      }
      const result = await integration.notify(marked, signal)
      if (result.ok) onTold(kind)
      return result
    },
  }
}

function withAnnotation({ alert, firing }: FlushedAlert, why: string): FlushedAlert {
  return { firing, alert: { ...alert, annotations: withEntry(alert.annotations, FALLBACK_ANNOTATION, why) } }
}

function withEntry(labels: LabelSet, name: string, value: string): LabelSet {
  return LabelSet.of([...labels.filter((other) => other !== name), [name, value]])
}
