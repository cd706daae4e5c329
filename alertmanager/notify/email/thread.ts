import type { EmailConfig } from '../../config/receivers/email.ts'
import { groupHash } from '../group-hash.ts'

/**
 * Headers that make readers show the mails of a group, or those of one day, as one conversation: all answer a mail that
 * nobody has sent.
 */
export function threadHeaders(
  { enabled, thread_by_date }: EmailConfig['threading'],
  groupKey: string,
  nowMs: number,
): Readonly<Record<string, string>> {
  if (!enabled) return {}
  const day = thread_by_date === 'daily' ? localDay(new Date(nowMs)) : ''
  const root = `<alert-${groupHash(groupKey).slice(0, 16)}-${day}@alertmanager>`
  return { References: root, 'In-Reply-To': root }
}

/** `2026-11-21` in the time zone of this process. */
function localDay(date: Date): string {
  const twoDigits = (part: number) => String(part).padStart(2, '0')
  return `${date.getFullYear()}-${twoDigits(date.getMonth() + 1)}-${twoDigits(date.getDate())}`
}
