import { LabelSet } from '#lib/labels.ts'
import type { FlushedAlert } from '../group/flush.ts'

type Labels = Readonly<Record<string, string>>

/** What is remembered of the alerts of a notification: bounded, whatever they are. */
export interface AlertDigest {
  /** How many there were. */
  readonly counts: { readonly firing: number; readonly resolved: number }
  /** Fingerprints, of the first {@link MAX_FINGERPRINTS} of them. */
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  /** Labels that all of these have in common. */
  readonly common: Labels
  /** The other labels of the first of these, by fingerprint. */
  readonly labels: Readonly<Record<string, Labels>>
}

const MAX_FINGERPRINTS = 500
/** Alerts whose labels are looked at. */
const MAX_LABELLED = 50
const MAX_LABELS = 64
const MAX_VALUE_LENGTH = 256
/** Of all labels together, in characters. */
const MAX_LABELS_LENGTH = 4_096

export function digestOf(alerts: readonly FlushedAlert[]): AlertDigest {
  let firingCount = 0
  for (const { firing } of alerts) firingCount += Number(firing)
  const named = alerts.length > MAX_FINGERPRINTS ? alerts.slice(0, MAX_FINGERPRINTS) : alerts
  const fingerprints = (wanted: boolean) =>
    named.filter(({ firing }) => firing === wanted).map(({ alert }) => alert.labels.fingerprint)
  const shown = alerts.slice(0, MAX_LABELLED).map(({ alert }) => alert.labels)
  const [first = LabelSet.empty, ...others] = shown
  const common = first.filter((name, value) => others.every((other) => other.get(name) === value))
  const labels: Record<string, Labels> = {}
  let left = MAX_LABELS_LENGTH
  for (const set of shown) {
    const own = boundedLabels(set.filter((name) => common.get(name) === undefined))
    left -= lengthOf(own)
    if (left < 0 && set !== first) break
    labels[set.fingerprint] = own
  }
  return {
    counts: { firing: firingCount, resolved: alerts.length - firingCount },
    ...{ firing: fingerprints(true), resolved: fingerprints(false) },
    ...{ common: boundedLabels(common), labels },
  }
}

/** The labels of an alert of the digest; undefined where they are not remembered. */
export function labelsOf({ common, labels }: AlertDigest, fingerprint: string): LabelSet | undefined {
  const own = labels[fingerprint]
  return own && LabelSet.from({ ...common, ...own })
}

/** The labels, long values cut. */
export function boundedLabels(labels: LabelSet): Labels {
  const bounded: Record<string, string> = {}
  let count = 0
  for (const [name, value] of labels) {
    if (++count > MAX_LABELS) break
    bounded[cut(name)] = cut(value)
  }
  return bounded
}

function cut(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
}

function lengthOf(labels: Labels): number {
  let length = 0
  for (const [name, value] of Object.entries(labels)) length += name.length + value.length
  return length
}
