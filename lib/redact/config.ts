import type { Report } from '../config/check.ts'
import { choice, list, optional, type Static, section, text } from '../config/schema.ts'
import { compilePattern } from '../match/pattern.ts'
import { PRESETS, type PresetName } from './presets.ts'

const NAME_PATTERN = '^[a-z][a-z0-9_]{0,62}$'
const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[] as readonly [PresetName, ...PresetName[]]

/** The part of a configuration that is about secrets in bodies. */
export function redactSection(description: string) {
  return section(description, {
    presets: list(choice(PRESET_NAMES, { description: 'What is found.' }), {
      description:
        'Kinds of secrets by name: `api_key` (keys of AWS, GitHub, GitLab, Slack, Stripe, Google and others by their prefixes), `basic_auth`, `bearer_token`, `credit_card` (with a right check digit), `email`, `jwt`, `private_key` (PEM), `secret` (values of names that end in password, secret, token, api_key and so on, in JSON, logfmt, URLs, flags, headers and XML), `url_password`.',
      default: [],
    }),
    patterns: list(
      section('A pattern of your own.', {
        name: text({
          description: 'Name in `[REDACTED:<name>]` and in `redactions_total{pattern}`.',
          pattern: NAME_PATTERN,
        }),
        pattern: text({
          description:
            'RE2 pattern. If it has groups what they match is replaced, or else all of it. Bodies without a text that the pattern shows it must have, as `id-` in `id-\\d{8}`, cost next to nothing; others a microsecond or more each.',
          minLength: 1,
        }),
        replacement: optional(text({ description: 'What stands in its place; `[REDACTED:<name>]` by default.' })),
      }),
      { description: 'Patterns of your own, which are looked for as well.', default: [] },
    ),
  })
}

export type RedactConfig = Static<ReturnType<typeof redactSection>>

/** Checks what the schema does not say: patterns compile, names differ. */
export function checkRedact({ patterns }: RedactConfig, path: readonly string[], report: Report): void {
  const names = new Set<string>(PRESET_NAMES)
  for (const [index, { name, pattern }] of patterns.entries()) {
    const here = [...path, 'patterns', index]
    const label = `${path.join('.')}.patterns[${index}]`
    if (names.has(name)) report([...here, 'name'], `${label}.name: there is already a preset or pattern ${name}`)
    names.add(name)
    const compiled = compilePattern(pattern)
    if (!compiled.ok) report([...here, 'pattern'], `${label}.pattern: ${compiled.problem}`)
    else if (compiled.pattern.test('')) {
      report([...here, 'pattern'], `${label}.pattern matches the empty text, which is in every body`)
    }
  }
}
