import type { Fields } from '#lib/parse/fields.ts'
import { syslogSeverity } from '#lib/parse/severity.ts'

const SPACE = 32
const DASH = 45
const SLASH = 47
const COLON = 58
const LESS = 60
const GREATER = 62
const OPEN_BRACKET = 91
/** `2026-11-21 10:00:00` */
const TIME_BYTES = 19
/** Facility and severity in one number, at most. */
const HIGHEST_PRIORITY = 191
/** `M 21 Nov 2026 10:00:00.000 `, behind the process id and its colon. */
const REDIS_MARK_OFFSET = 27

/**
 * Skips what comes before the level in most lines, a date and time, so that its digits are not looked at one by one.
 * Takes the severity where that is not a word: syslog's priority (systemd's `<3>` too) and the mark of a Redis line.
 *
 * @returns where to look for a level
 */
export function prefixEnd(fields: Fields, bytes: Buffer, start: number, end: number): number {
  const first = bytes[start]!
  if (first === LESS) return priorityEnd(fields, bytes, start, end)
  const at = first === OPEN_BRACKET ? start + 1 : start
  const digit = bytes[at]! - 48
  if (digit < 0 || digit > 9 || end - start < TIME_BYTES + 2) return start
  const separator = bytes[at + 4]
  if (separator !== DASH && separator !== SLASH) {
    takeRedisMark(fields, bytes, start, end)
    return start
  }
  const isTime = bytes[at + 7] === separator && bytes[at + 13] === COLON && bytes[at + 16] === COLON
  return isTime ? at + TIME_BYTES : start
}

function priorityEnd(fields: Fields, bytes: Buffer, start: number, end: number): number {
  let value = 0
  let at = start + 1
  const limit = Math.min(end, start + 4)
  for (; at < limit; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  if (at === start + 1 || at >= end || bytes[at] !== GREATER || value > HIGHEST_PRIORITY) return start
  fields.severityNumber = syslogSeverity(value)
  fields.messageStart = at + 1
  fields.messageEnd = end
  return at + 1
}

/** `1:M 21 Nov 2026 10:00:00.000 * Ready`; process id, role, time, and a mark for the level. */
function takeRedisMark(fields: Fields, bytes: Buffer, start: number, end: number): void {
  let at = start
  const limit = Math.min(end - REDIS_MARK_OFFSET - 2, start + 8)
  while (at < limit && bytes[at] !== COLON) at += 1
  if (at >= limit) return
  const role = bytes[at + 1]
  // X sentinel, C child, S replica, M master
  if (role !== 88 && role !== 67 && role !== 83 && role !== 77) return
  const mark = at + REDIS_MARK_OFFSET + 1
  if (bytes[at + 2] !== SPACE || bytes[mark - 1] !== SPACE || bytes[mark + 1] !== SPACE) return
  fields.severityNumber = redisSeverity(bytes[mark]!)
  if (fields.severityNumber === 0) return
  fields.messageStart = mark + 2
  fields.messageEnd = end
}

function redisSeverity(mark: number): number {
  switch (mark) {
    // `.` debug
    case 46:
      return 5
    // `-` verbose, which is what it says in routine
    case 45:
      return 9
    // `*` notice
    case 42:
      return 10
    // `#` warning
    case 35:
      return 13
    default:
      return 0
  }
}
