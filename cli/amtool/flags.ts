import { userInfo } from 'node:os'
import { FEATURES } from '../../alertmanager/process/features.ts'
import { isFile, isGoDuration, isOneOf, isServerUrl } from './checks.ts'
import type { Flag } from './command-line/grammar.ts'
import { DEFAULT_TIMEOUT } from './connection.ts'
import { OUTPUTS } from './format/formatter.ts'
import { DEFAULT_DATE_FORMAT } from './format/time.ts'

/** Flags that every command has. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  {
    ...{ name: 'date.format', takes: 'one', default: DEFAULT_DATE_FORMAT, placeholder: `"${DEFAULT_DATE_FORMAT}"` },
    help: 'How dates are printed, as a Go layout.',
  },
  { name: 'verbose', short: 'v', help: 'Say more of what is done.' },
  { name: 'alertmanager.url', takes: 'one', check: isServerUrl, help: 'The Alertmanager to ask.' },
  {
    ...{ name: 'output', short: 'o', takes: 'one', default: 'simple', check: isOneOf(OUTPUTS), choices: OUTPUTS },
    help: 'Form of the output: simple, extended, json.',
  },
  {
    name: 'timeout',
    takes: 'one',
    default: DEFAULT_TIMEOUT,
    check: isGoDuration,
    help: 'Longest time of the command.',
  },
  {
    ...{ name: 'http.config.file', takes: 'one', placeholder: '<filename>', check: isFile },
    help: 'File that says how to connect, in the format of http_config.',
  },
  { name: 'version-check', default: 'true', help: 'Compare releases with the Alertmanager, and warn of a difference.' },
  {
    ...{ name: 'enable-feature', takes: 'one', default: '', placeholder: '""', choices: FEATURES },
    help: `Experiments to switch on, comma separated: ${FEATURES.join(', ')}.`,
  },
]

const RFC3339 = 'RFC3339 format 2006-01-02T15:04:05-07:00'

export const startFlag = (what: string): Flag => {
  return { name: 'start', takes: 'one', help: `When the ${what} starts. ${RFC3339}` }
}

export const endFlag = (what: string): Flag => ({
  name: 'end',
  takes: 'one',
  help: `When the ${what} ends. ${RFC3339}`,
})

export const annotationFlag = (what: string): Flag => {
  return { name: 'annotation', takes: 'many', help: `An annotation of the ${what}, as name=value.` }
}

export const QUIET: Flag = { name: 'quiet', short: 'q', help: 'Print IDs alone.' }
export const COMMENT: Flag = { name: 'comment', short: 'c', takes: 'one', help: 'Why there is this silence.' }

const ABOUT_AUTHOR = 'Who makes the silence; the user of this machine unless told.'

export function authorFlag(): Flag {
  return { name: 'author', short: 'a', takes: 'one', default: userName(), placeholder: 'AUTHOR', help: ABOUT_AUTHOR }
}

/** Who runs this; empty for a user without a name, as in containers. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}
