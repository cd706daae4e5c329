import type { Signature, Value } from '../value/value.ts'
import type { Run } from './run.ts'

/** A function that templates can call. What its arguments are is checked before. */
export interface TemplateFunction extends Signature {
  /** @throws CallError */
  readonly call: (args: readonly Value[], run: Run) => Value
}

export type Functions = ReadonlyMap<string, TemplateFunction>

/** What a function reports as its own error: the template ends with `error calling NAME: …`. */
export class CallError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'CallError'
  }
}
