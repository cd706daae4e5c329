import { ERRORS } from '#lib/errors.ts'
import { page } from './markdown.ts'

/** `errors.md`: every coded error, what it says, and what to do. */
export function errorsPage(): string {
  const entries = Object.entries(ERRORS).map(([code, { message, cure }]) => {
    const text = message === '%s' ? 'The message says what is wrong and where.' : `> ${markPlaces(message)}`
    return `## ${code}\n\n${text}\n\n${cure}`
  })
  return page('Errors', [
    'Errors that a person has to act on, by code: what is said, and what to do. Commands print both; the query API answers with code, message and cure. An ellipsis stands for what differs from case to case.',
    ...entries,
  ])
}

/** Parameters as a reader sees them: something stands there. */
function markPlaces(message: string): string {
  return message.replaceAll('%s', '…')
}
