import { RE2JS } from 're2js'

/** A pattern of RE2; `.` takes newlines too, since a body may have several lines. Throws what is wrong with it. */
export function compilePattern(pattern: string): RE2JS {
  return RE2JS.compile(pattern, RE2JS.DOTALL)
}
