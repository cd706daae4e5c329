/** What a check found. */
export interface Finding {
  readonly check: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly message: string
  /** What to do about it; never there if all is well. */
  readonly cure?: string
}

export function ok(check: string, message: string): Finding {
  return { check, status: 'ok', message }
}

/** It works, but not as well as it should. */
export function warn(check: string, message: string, cure: string): Finding {
  return { check, status: 'warn', message, cure }
}

/** What is promised is not kept: lines do not arrive, or would be lost. */
export function fail(check: string, message: string, cure: string): Finding {
  return { check, status: 'fail', message, cure }
}
