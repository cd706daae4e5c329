import type { Alert } from '../alert.ts'
import type { FlushDelays } from '../group/dispatcher.ts'

/** An alert as another member of the cluster knows it. */
export interface Replica {
  readonly alert: Alert
  /** When its groups flush there. */
  readonly delays: FlushDelays
}
