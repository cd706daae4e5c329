import { LabelSet } from '#lib/labels.ts'
import { type Moment, parseMoment } from '../../../alertmanager/moment.ts'
import type { PostableAlert } from '../../../alertmanager/receive/postable-alerts.ts'

export interface PostableOptions {
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt?: string | Moment
  readonly endsAt?: string | Moment
  readonly generatorUrl?: string
}

/** An alert as a client would send it. */
export function postable(labels: Readonly<Record<string, string>>, options: PostableOptions = {}): PostableAlert {
  return {
    labels: LabelSet.from(labels).filter((_name, value) => value !== ''),
    annotations: LabelSet.from(options.annotations ?? {}),
    startsAt: momentFrom(options.startsAt),
    endsAt: momentFrom(options.endsAt),
    generatorUrl: options.generatorUrl ?? '',
  }
}

function momentFrom(moment: string | Moment | undefined): Moment | undefined {
  return typeof moment === 'string' ? parseMoment(moment) : moment
}
