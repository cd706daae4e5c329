import { CodedError } from '../errors.ts'
import { checkValue, type Report } from './check.ts'
import { type Diagnostic, printDiagnostics } from './diagnostic.ts'
import { parseConfigDocument } from './document.ts'
import { readConfigFile, reportInto } from './load.ts'
import type { Schema } from './schema.ts'

/**
 * Reads a file in the format of another program: YAML 1.1, nothing expanded, unknown keys refused.
 *
 * @param use makes something of what stands there, and reports what the schema cannot know
 * @throws CodedError CONFIG_UNREADABLE, or CONFIG_INVALID with every diagnostic in its message
 */
export function readStrictFile<C, R>(file: string, schema: Schema<C>, use: (config: C, report: Report) => R): R {
  const text = readConfigFile(file)
  const document = parseConfigDocument({ origin: file, text, expand: false, env: {}, yamlVersion: '1.1' })
  const diagnostics: Diagnostic[] = [...document.problems]
  if (diagnostics.length > 0) throw invalid(diagnostics)
  const report = reportInto(diagnostics, schema, document.diagnose)
  const config = checkValue(schema, document.value, [], report) as C
  if (diagnostics.length > 0) throw invalid(diagnostics)
  const result = use(config, report)
  if (diagnostics.length > 0) throw invalid(diagnostics)
  return result
}

function invalid(diagnostics: readonly Diagnostic[]): CodedError {
  const inOrder = diagnostics.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return new CodedError('CONFIG_INVALID', [printDiagnostics(inOrder)])
}
