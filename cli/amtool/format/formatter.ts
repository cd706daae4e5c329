import type { Alert, ClusterStatus, Silence, Status } from '../api/shapes.ts'
import type { FormatDate } from './time.ts'

export const OUTPUTS = ['simple', 'extended', 'json'] as const

/** One form in which everything can be shown. */
export interface Formatter {
  silences(silences: readonly Silence[]): string
  alerts(alerts: readonly Alert[]): string
  config(status: Status): string
  cluster(status: ClusterStatus): string
}

export async function createFormatter(output: string, date: FormatDate): Promise<Formatter> {
  if (output === 'json') return (await import('./json.ts')).jsonFormatter()
  if (output === 'extended') return (await import('./extended.ts')).extendedFormatter(date)
  return (await import('./simple.ts')).simpleFormatter(date)
}
