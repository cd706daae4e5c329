import type { ScenarioConfig } from './configuration.ts'
import type { Story } from './story.ts'

/** What happens to the processes of a scenario, once, where its story says {@link Story.disturbed}. */
export type Disturbance = 'SIGTERM' | 'SIGKILL' | 'SIGHUP' | 'POST' | 'broken'

/** A story that is told by both routers, each at its own pace. */
export interface Scenario {
  readonly name: string
  readonly config?: ScenarioConfig
  readonly disturbance?: Disturbance
  /** Those of one name, if they have one, share a pair of processes: what asks much of these is put apart. */
  readonly world?: string
  /** The configuration from the disturbance on, if it is another one. */
  readonly after?: ScenarioConfig
  /** Only so many notifications are looked at, where they would go on for ever. */
  readonly limit?: number
  readonly story: (story: Story) => Promise<void>
}
