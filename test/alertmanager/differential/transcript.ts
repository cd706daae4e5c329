/** What one side said in the course of a story, in words that do not depend on when. */
export interface Transcript {
  /** Notifications by integration and group, in the order in which they came. */
  readonly told: ReadonlyMap<string, readonly Told[]>
  /** What requests were answered, by what was asked, in that order. */
  readonly answers: readonly Answered[]
  /** Why the story did not come to its end, if so. */
  readonly failure: string | undefined
}

export interface Told {
  /** Who fires and who has ended, in short. */
  readonly summary: string
  readonly body: unknown
}

export interface Answered {
  readonly asked: string
  readonly answer: unknown
}

interface AlertBody {
  readonly status: string
  readonly labels: Readonly<Record<string, string>>
}

/** `firing n=1, n=2; resolved n=3`, without the label of the scenario. */
export function summarize(alerts: readonly AlertBody[], answered: number): string {
  const named = (wanted: string) => {
    const texts = alerts.filter(({ status }) => status === wanted).map(({ labels }) => textOf(labels))
    return texts.length === 0 ? [] : [`${wanted} ${texts.join(', ')}`]
  }
  const refused = answered === 200 ? [] : [`answered ${answered}`]
  return [...named('firing'), ...named('resolved'), ...refused].join('; ')
}

/** Labels as a person would name the alert, without that of the scenario. */
export function textOf({ scenario: _, ...labels }: Readonly<Record<string, unknown>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
