import type { Telling } from '../http/http-integration.ts'

/** A short message on its way, and what a service needs to send it. */
export interface ShortMessage {
  readonly telling: Telling
  /** The integration, for messages. */
  readonly where: string
  readonly nowMs: number
  readonly numbers: readonly string[]
  /** Renders the value of a variable, cut to what the service takes. */
  param(source: string): string
}
