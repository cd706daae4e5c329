import type { TemplateInput } from '../notify/data.ts'
import { TemplateError } from '../template/template-error.ts'
import type { TemplateLibrary } from '../template/templates.ts'

export interface PreviewText {
  readonly text: string
  readonly type: 'text' | 'html'
  /** Templates beside those in force, whose place they may take. */
  readonly definitions: string
}

/** What a text rendered to, or where it is wrong. */
export type Rendered =
  | { readonly ok: true; readonly output: string }
  | {
      readonly ok: false
      /** In Go's words. */
      readonly error: string
      /** Which text it is about: `text`, `definitions`, or the name of a file. */
      readonly in: string | undefined
      /** Both from one. */
      readonly line: number | undefined
      readonly column: number | undefined
    }

/** A text that people read has a few thousand characters and takes a few milliseconds. */
const LIMITS = { output: 1_048_576, timeMs: 250 }

/** Renders a text that may be anything, within tight limits. */
export function renderPreview(
  library: TemplateLibrary,
  { text, type, definitions }: PreviewText,
  data: TemplateInput,
): Rendered {
  try {
    return { ok: true, output: library.extendedBy(definitions, LIMITS)[type](text, data) }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return { ok: false, error: error.message, ...placeOf(error, { '': text, definitions }) }
  }
}

/** Go names the place of what fails while it runs, of what cannot be parsed the line only. */
function placeOf(error: TemplateError, sources: Readonly<Record<string, string>>) {
  const match = /^(?:html\/)?template: ?([^:]*):(\d+)(?::(\d+))?:/.exec(error.message)
  if (match === null) return { in: undefined, line: undefined, column: undefined }
  const [, name = '', line, bytes] = match
  const column = bytes === undefined ? columnOf(error.pos, Number(line), sources[name]) : Number(bytes) + 1
  return { in: name === '' ? 'text' : name, line: Number(line), column }
}

function columnOf(pos: number | undefined, line: number, source: string | undefined): number | undefined {
  if (pos === undefined || source === undefined) return undefined
  const before = source.slice(0, pos).split('\n')
  return before.length === line ? (before.at(-1)?.length ?? 0) + 1 : undefined
}
