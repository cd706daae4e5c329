import { parseMatcher } from '#lib/matcher-syntax.ts'
import { write } from '../../query/output.ts'
import type { Stories, Story } from '../api/history-shapes.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { createDateFormat, DEFAULT_DATE_FORMAT } from '../format/time.ts'
import { matcherModeOf, withAlertname } from '../matchers.ts'
import { askOwn } from './ask.ts'
import { labelsText, storyText } from './story-text.ts'

/** `alert explain`: the stories of alerts that match, or of one that there is not. */
export async function explainAlerts(values: Values): Promise<void> {
  const { total, explanations } = await findStories(values)
  const output = values.text('output')
  if (output === 'json') return write(`${JSON.stringify(explanations)}\n`)
  const date = await createDateFormat(values.text('date.format') ?? DEFAULT_DATE_FORMAT)
  const texts = explanations.map((story) => (output === 'extended' ? storyText(story, date) : shortText(story)))
  await write(texts.join('\n'))
  const more = total - explanations.length
  if (more > 0) process.stderr.write(`${more} more alerts match: see --limit\n`)
}

async function findStories(values: Values): Promise<Stories> {
  const mode = matcherModeOf(values)
  const words = withAlertname(values.texts('matcher-groups'), mode)
  const fingerprint = values.text('fingerprint')
  if (words.length === 0 && fingerprint === undefined) throw new CommandError('no matchers specified')
  const query = new URLSearchParams(words.map((word) => ['filter', word]))
  if (fingerprint !== undefined) query.set('fingerprint', fingerprint)
  query.set('limit', values.text('limit') ?? '')
  const known = await askOwn<Stories>(values, { method: 'GET', path: '/explain', name: 'getExplain', query })
  if (known.total > 0) return known
  const parsed = words.flatMap((word) => {
    const result = parseMatcher(word, mode)
    return result.ok ? result.matchers : []
  })
  if (parsed.some(({ operator }) => operator !== '=')) {
    throw new CommandError(
      'no alert matches; with labels alone (name=value) it is said what would become of such an alert',
    )
  }
  const labels = Object.fromEntries(parsed.map(({ name, value }) => [name, value]))
  const body = { labels }
  const story = await askOwn<Story>(values, { method: 'POST', path: '/explain', name: 'postExplain', body })
  return { total: 1, explanations: [story] }
}

function shortText({ labels, state, verdict }: Story): string {
  return `${labelsText(labels)}${state === 'unknown' ? ' (not known)' : ''}\n  ${verdict}\n`
}
