import { existsSync } from 'node:fs'
import { goDuration } from '../../alertmanager/process/flag-values.ts'
import type { CheckValue } from './command-line/grammar.ts'
import { parseServerUrl } from './connection.ts'

/** Checks of flags' values, in kingpin's words. */
export const isOneOf = (words: readonly string[]): CheckValue => {
  return (text) => (words.includes(text) ? undefined : `enum value must be one of ${words.join(',')}, got '${text}'`)
}

export const isGoDuration: CheckValue = (text) => {
  const reading = goDuration(text)
  return reading.ok ? undefined : reading.problem
}

export const isFile: CheckValue = (path) => (existsSync(path) ? undefined : `path '${path}' does not exist`)

export const isServerUrl: CheckValue = (text) => {
  return parseServerUrl(text) === undefined ? `parse ${JSON.stringify(text)}: not the URL of a server` : undefined
}

export const isIndex: CheckValue = (text) =>
  /^\d{1,6}$/.test(text) ? undefined : `${JSON.stringify(text)} is no index`

export const isInteger: CheckValue = (text) => {
  return /^[+-]?\d+$/.test(text) ? undefined : `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`
}
