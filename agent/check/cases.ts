import { checkValue } from '#lib/config/check.ts'
import { type Diagnostic, type Path, printDiagnostics } from '#lib/config/diagnostic.ts'
import { type ConfigDocument, parseConfigDocument } from '#lib/config/document.ts'
import { readConfigFile } from '#lib/config/load.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import { CASES, type Case } from './case-schema.ts'
import { compilePattern } from './pattern.ts'

/** A test, and where it stands. */
export interface LocatedCase extends Case {
  readonly origin: string
  readonly line: number
}

/**
 * Reads a file of tests.
 *
 * @throws CodedError CONFIG_INVALID with everything that is wrong with it, or CONFIG_UNREADABLE
 */
export function loadCases(file: string): readonly LocatedCase[] {
  // Nothing is expanded: `${` may well stand in a log line.
  const document = parseConfigDocument({ origin: file, text: readConfigFile(file), expand: false, env: {} })
  const diagnostics: Diagnostic[] = [...document.problems]
  const report = (path: Path, message: string, at?: 'key' | 'value') => {
    diagnostics.push(document.diagnose(path, message, at))
  }
  const { tests } = (diagnostics.length > 0 ? { tests: [] } : checkValue(CASES, document.value, [], report)) as {
    readonly tests: readonly Case[]
  }
  if (diagnostics.length === 0) for (const [index, each] of tests.entries()) checkCase(each, index, report)
  if (diagnostics.length > 0) throw new CodedError('CONFIG_INVALID', [printDiagnostics(diagnostics)])
  return tests.map((each, index) => ({ ...each, origin: file, line: lineOf(document, index) }))
}

type Report = (path: Path, message: string, at?: 'key' | 'value') => void

/** What a schema cannot say. */
function checkCase({ input, expect }: Case, index: number, report: Report): void {
  for (const [at, { lines, raw }] of input.entries()) {
    if ((lines === undefined) === (raw === undefined)) {
      report(
        ['tests', index, 'input', at],
        'an input has either lines, as a container writes them, or raw, as they stand in the file',
      )
    }
  }
  if (Object.keys(expect).length === 0) {
    report(['tests', index, 'expect'], 'expect asserts nothing; it has count, records, dropped, dropped_by', 'key')
  }
  for (const [at, { body_matches: pattern }] of (expect.records ?? []).entries()) {
    if (pattern === undefined) continue
    try {
      compilePattern(pattern)
    } catch (error) {
      report(
        ['tests', index, 'expect', 'records', at, 'body_matches'],
        `not a regular expression of RE2: ${messageOf(error)}`,
      )
    }
  }
}

function lineOf(document: ConfigDocument, index: number): number {
  return document.diagnose(['tests', index, 'name'], '').line
}
