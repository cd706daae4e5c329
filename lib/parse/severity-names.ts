/** Names of severities, each of four of OpenTelemetry's SeverityNumbers: TRACE is 1 to 4, DEBUG 5 to 8, and so on. */
export const SEVERITIES = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const
export type SeverityName = (typeof SEVERITIES)[number]

/** Numbers that have the same name. */
export const NUMBERS_A_SEVERITY = 4

/** The lowest number that has a name. */
export function lowestNumber(name: SeverityName): number {
  return SEVERITIES.indexOf(name) * NUMBERS_A_SEVERITY + 1
}
