import type { Report } from '#lib/config/check.ts'
import { choice, duration, list, mapping, optional, type Static, section, text } from '#lib/config/schema.ts'
import type { MultilineConfig } from '../multiline/config.ts'
import { CONTENT_FORMATS } from '../parse/detect.ts'
import { parseGlob } from './glob.ts'

const FILE_FORMATS = ['plain', 'cri', 'docker'] as const

/** The part of the agent's configuration that is about files other than those of the pods directory. */
export function filesSection() {
  const pattern = text({ description: 'A path; `*`, `?`, `[a-z]`, `{a,b}` and `**` as in a shell.', minLength: 1 })
  return list(
    section('Files that are read alike.', {
      paths: list(pattern, {
        description:
          'Patterns of paths. A relative one is below the working directory. Compressed files and those of `state_dir` are never read.',
        minItems: 1,
      }),
      exclude: list(pattern, {
        description: 'Patterns of paths that are not read; without a `/` of names, in whatever directory.',
        default: [],
      }),
      format: choice(FILE_FORMATS, {
        description:
          'Format of the lines: `plain` text, or as container runtimes write them. Plain lines have the time at which they are read.',
        default: 'plain',
      }),
      start: choice(['beginning', 'end'], {
        description:
          'Where reading begins in files that are there at the very first start. All that come later are read from their beginning.',
        default: 'beginning',
      }),
      ignore_older: optional(
        duration({ description: 'Files that were not changed for so long when they are first seen are not read.' }),
      ),
      multiline: text({
        description: 'How lines are joined to records: `auto`, `off`, or the name of one of `logs.multiline.patterns`.',
        default: 'auto',
      }),
      parse: choice([...CONTENT_FORMATS, 'off'], { description: 'As `logs.parse`.', default: 'auto' }),
      time: choice(['read', 'body'], {
        description:
          'Time of the records of plain lines, and of others that state none: `read` when they are read, `body` the one that the text states, if it is found.',
        default: 'read',
      }),
      service_name: optional(text({ description: 'Resource attribute `service.name`.', minLength: 1 })),
      attributes: mapping(text({ description: 'Value of the attribute.' }), {
        description: 'Resource attributes of the records.',
        default: {},
      }),
    }),
    { description: 'Files that are read besides those of the pods directory.', default: [] },
  )
}

export type FilesConfig = Static<ReturnType<typeof filesSection>>

/** Reports globs that cannot be, and names of patterns that there are not. */
export function checkFiles(files: FilesConfig, { patterns: rules }: MultilineConfig, report: Report): void {
  const names = ['auto', 'off', ...rules.map(({ name }) => name)]
  for (const [index, { paths, exclude, multiline }] of files.entries()) {
    if (!names.includes(multiline)) {
      report(['files', index, 'multiline'], `${JSON.stringify(multiline)} is none of ${names.join(', ')}`)
    }
    for (const [key, patterns] of Object.entries({ paths, exclude })) {
      for (const [place, pattern] of patterns.entries()) {
        const result = parseGlob(pattern, '/')
        if (!result.ok) report(['files', index, key, place], `${JSON.stringify(pattern)} ${result.problem}`)
      }
    }
  }
}
