import { messageOf } from '#lib/errors.ts'
import { type Label, LabelSet } from '#lib/labels.ts'
import { isTemplate, orderLabels } from '../config/label-order.ts'
import type { RouterEvents } from '../events.ts'
import type { Flush } from '../group/flush.ts'
import { notificationData } from '../notify/data.ts'
import type { Templates } from '../template/templates.ts'

type Texts = Readonly<Record<string, string>>

export interface RenderLabelsOptions {
  readonly templates: Templates
  readonly externalUrl: () => string
  readonly events: RouterEvents
}

export type RenderLabels = (flush: Omit<Flush, 'routeLabels'>) => LabelSet

/** Renders the labels of routes for their notifications. One that fails is left out, and said: people must be told. */
export function createRenderLabels({ templates, externalUrl, events }: RenderLabelsOptions): RenderLabels {
  return ({ route: { labels, receiver }, groupKey, groupLabels, alerts }) => {
    const order = orderLabels(labels)
    const rendered: Label[] = []
    for (const name of order.ok ? order.names : []) {
      const text = labels[name]!
      if (!isTemplate(text)) {
        rendered.push([name, text])
        continue
      }
      const routeLabels = LabelSet.of(rendered)
      const notification = {
        receiver,
        groupKey,
        groupLabels,
        routeLabels,
        alerts,
        reason: 'none',
        receiverData: {},
      } as const
      try {
        rendered.push([name, templates.text(text, notificationData(notification, externalUrl()))])
      } catch (error) {
        events.routeLabelFailed({}, { label: name, groupKey, error: messageOf(error) })
      }
    }
    return rendered.length === 0 ? LabelSet.empty : LabelSet.of(rendered)
  }
}

/** What of the labels is known before anything is told: those that are no templates. */
export function plainLabels(labels: Texts): LabelSet {
  const plain = Object.entries(labels).filter(([, text]) => !isTemplate(text))
  return plain.length === 0 ? LabelSet.empty : LabelSet.of(plain)
}
