import type { MatcherMode } from '#lib/matcher-syntax.ts'

/** What every release takes, and classic mode only: letters, digits and underscores. */
export function isClassicLabelName(name: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)
}

/** Whether a label may have this name: outside of classic mode any text that is not empty. */
export function isLabelName(name: string, mode: MatcherMode): boolean {
  return mode === 'classic' ? isClassicLabelName(name) : name !== '' && name.isWellFormed()
}
