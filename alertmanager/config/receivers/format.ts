import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import type { Schema } from '#lib/config/schema.ts'
import type { GlobalOptions } from '../global.ts'

/** How the configuration of one kind of integration is read: what is written (O), and what the integration works with (C). */
export interface IntegrationFormat<O, C> {
  readonly schema: Schema<O>
  /** Puts what holds globally under what is written; reports what is missing or wrong, in upstream's words. */
  readonly read: (options: O, context: IntegrationContext) => C
}

export interface IntegrationContext {
  readonly global: GlobalOptions
  /** Where the integration stands in the file. */
  readonly path: Path
  readonly report: Report
}
