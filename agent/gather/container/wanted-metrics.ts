import { matchesPattern } from '#lib/match/name-pattern.ts'
import type { ContainersConfig } from './config.ts'

/** Whether a metric is wanted, by what the configuration says; `exclude` has the last word. */
export function createMetricFilter({
  defaults,
  include,
  exclude,
}: ContainersConfig['metrics']): (key: string, isDefault: boolean) => boolean {
  const meets = (patterns: readonly string[], key: string) => patterns.some((pattern) => matchesPattern(key, pattern))
  return (key, isDefault) => ((defaults && isDefault) || meets(include, key)) && !meets(exclude, key)
}
