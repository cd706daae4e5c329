/** What API v2 answers, as far as it is shown. */
export type Labels = Readonly<Record<string, string>>

export interface Alert {
  readonly annotations: Labels
  readonly endsAt: string
  readonly fingerprint: string
  readonly receivers: readonly { readonly name: string; readonly labels?: Labels }[]
  readonly startsAt: string
  readonly status: {
    readonly inhibitedBy: readonly string[]
    readonly mutedBy?: readonly string[]
    readonly silencedBy: readonly string[]
    readonly state: string
  }
  readonly updatedAt: string
  readonly generatorURL?: string
  readonly labels: Labels
}

export interface ApiMatcher {
  /** Left out by releases before 0.22, which knew no other. */
  readonly isEqual?: boolean
  readonly isRegex: boolean
  readonly name: string
  readonly value: string
}

export interface PostableSilence {
  readonly id?: string
  readonly annotations?: Labels
  readonly comment: string
  readonly createdBy: string
  readonly endsAt: string
  readonly matchers: readonly ApiMatcher[]
  readonly startsAt: string
}

export interface Silence extends PostableSilence {
  readonly id: string
  readonly status: { readonly state: string }
  readonly updatedAt: string
}

/** Of our own API. */
export interface Acknowledgement {
  readonly id: string
  readonly status: { readonly state: string }
  readonly owner: string
  readonly comment: string
  /** None where alerts were named by fingerprint. */
  readonly matchers: readonly ApiMatcher[]
  readonly createdAt: string
  readonly endsAt: string
  readonly updatedAt: string
  readonly total: number
  readonly firing: number
  readonly alerts: readonly Pick<Alert, 'annotations' | 'fingerprint' | 'labels' | 'startsAt'>[]
}

export interface PostableAcknowledgement {
  readonly owner: string
  readonly comment: string
  readonly matchers: readonly ApiMatcher[]
  readonly duration: string
}

export interface ClusterStatus {
  readonly name?: string
  readonly peers?: readonly { readonly address: string; readonly name: string }[]
  readonly status: string
}

export interface Status {
  readonly cluster: ClusterStatus
  readonly config: { readonly original: string }
  readonly uptime: string
  readonly versionInfo: Readonly<
    Record<'branch' | 'buildDate' | 'buildUser' | 'goVersion' | 'revision' | 'version', string>
  >
}
