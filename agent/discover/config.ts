import { list, section, text } from '#lib/config/schema.ts'

const namePattern = (what: string) =>
  text({ description: `Name of the ${what}; \`*\` stands for any text, \`?\` for one character.`, default: '*' })

/** Containers by name, for a section that is about some of them. */
export const containerRules = (description: string) =>
  list(
    section('Containers by name. A rule is met if all of its parts are.', {
      namespace: namePattern('namespace'),
      pod: namePattern('pod'),
      container: namePattern('container'),
    }),
    { description, default: [] },
  )
