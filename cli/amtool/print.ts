import { write } from '../query/output.ts'
import type { Values } from './command-line/grammar.ts'
import { createFormatter, type Formatter } from './format/formatter.ts'
import { createDateFormat, DEFAULT_DATE_FORMAT } from './format/time.ts'

/** Prints something in the form that `--output` and `--date.format` ask for. */
export async function print(values: Values, form: (formatter: Formatter) => string): Promise<void> {
  const date = await createDateFormat(values.text('date.format') ?? DEFAULT_DATE_FORMAT)
  await write(form(await createFormatter(values.text('output') ?? 'simple', date)))
}
