import { WordTable } from './word-table.ts'

/**
 * Words for a severity and OpenTelemetry's SeverityNumber. The mapping is that of the logs data model, appendix B
 * (specification/logs/data-model-appendix.md): syslog's notice is INFO2, critical ERROR2, alert ERROR3, emergency FATAL;
 * FINER is DEBUG, FINE DEBUG2, CONFIG DEBUG3; DPANIC is ERROR2.
 *
 * Where one word means different things, the more common use decides. Verbose is TRACE, as in Serilog and Android, not
 * DEBUG as in the Windows event log. Critical is ERROR2, as in syslog and Python, not FATAL as in .NET. Panic is FATAL, as in
 * Go, PostgreSQL and old syslog, not ERROR3 as in zap.
 */
const WORDS: Readonly<Record<number, string>> = {
  1: 'TRACE TRC TRCE TRAC FINEST VERBOSE VRB VERB SILLY T V',
  5: 'DEBUG DBG DBUG DEBU FINER D DEBUG1',
  4: 'DEBUG2',
  3: 'DEBUG3',
  2: 'DEBUG4 DEBUG5',
  6: 'FINE',
  7: 'CONFIG',
  8: 'HTTP',
  9: 'INFO INF INFORMATION INFORMATIONAL I LOG NOTE',
  10: 'NOTICE SUCCESS',
  13: 'WARN WARNING WRN W',
  17: 'ERROR ERR ERRO EROR FAIL SEVERE E',
  18: 'CRITICAL CRIT CRT DPANIC C',
  19: 'ALERT',
  21: 'FATAL FTL FATA FAT EMERGENCY EMERG EMRG PANIC PNC PANI F',
}

/** Set for words that are also ordinary ones: in running text they need more than a blank on each side. */
export const WEAK = 32
/** Set for words that are a severity only as the value of a field. */
export const VALUE_ONLY = 64
const FLAGS: Readonly<Record<string, number>> = {
  LOG: WEAK,
  NOTE: WEAK,
  FINE: WEAK,
  CONFIG: WEAK,
  SUCCESS: WEAK,
  ALERT: WEAK,
  VERB: VALUE_ONLY,
  SILLY: VALUE_ONLY,
  HTTP: VALUE_ONLY,
  FAT: VALUE_ONLY,
}

/** By syslog's severity, 0 to 7. */
const SYSLOG = [21, 19, 18, 17, 13, 10, 9, 5] as const

const TABLE = new WordTable({
  words: Object.entries(WORDS).flatMap(([number, words]) =>
    words.split(' ').map((word) => [word, Number(number) | (FLAGS[word] ?? 0)] as const),
  ),
  // Capital letters for small ones; everything else is itself.
  folded: Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte)),
})

/** Whether some word for a severity has this first letter and length: a test before {@link severityWord}. */
export function mayBeSeverity(first: number, length: number): boolean {
  return TABLE.mayHave(first, length)
}

/**
 * Looks up the word that `bytes[start, end)` is, in any case.
 *
 * @returns its number, {@link severityOf}, with the flags {@link WEAK} and {@link VALUE_ONLY}; 0 if it is none
 */
export function severityWord(bytes: Buffer, start: number, end: number): number {
  return TABLE.find(bytes, start, end)
}

/** The SeverityNumber in what {@link severityWord} returned. */
export function severityOf(word: number): number {
  return word & 31
}

/** The SeverityNumber of a syslog severity, of which only the lower three bits count. */
export function syslogSeverity(severity: number): number {
  return SYSLOG[severity & 7]!
}
