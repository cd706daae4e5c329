import { list, text } from '#lib/config/schema.ts'

/** Files of templates that receivers may use beside the default ones. */
export const templatesSchema = list(text({ description: 'A pattern, such as templates/*.tmpl.' }), {
  description: 'Files with templates, by patterns relative to the directory of this file.',
  default: [],
})
