import { readFileSync } from 'node:fs'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { CommandError } from '../command-line/grammar.ts'

/** The content of a JSON file. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    const isMissing = systemErrorCode(error) === 'ENOENT'
    throw new CommandError(isMissing ? `open ${file}: no such file or directory` : `${file}: ${messageOf(error)}`)
  }
}
