import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '#lib/errors.ts'
import { CommandError } from './command-line/grammar.ts'

/** Where flags that are always the same can be written down; the first file that has a flag wins. */
export function defaultConfigFiles(): readonly string[] {
  return [join(process.env.HOME ?? homedir(), '.config/amtool/config.yml'), '/etc/amtool/config.yml']
}

/** Old names of keys. */
const RENAMED: Readonly<Record<string, string>> = { comment_required: 'require-comment' }

/** The values of flags that files of `flag: value` lines have. */
export async function readFlagDefaults(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>()
  for (const file of files) {
    if (!existsSync(file)) continue
    for (const [name, value] of await readFlags(file)) if (!values.has(name)) values.set(name, value)
  }
  return values
}

async function readFlags(file: string): Promise<readonly (readonly [string, string])[]> {
  // Most people have no such file, and all would wait for the parser.
  const { parse } = await import('yaml')
  let content: unknown
  try {
    content = parse(readFileSync(file, 'utf8'), { schema: 'failsafe' }) as unknown
  } catch (error) {
    throw new CommandError(`could not load config file: ${file}: ${messageOf(error)}`)
  }
  if (content === null || content === undefined || content === '') return []
  const entries = typeof content === 'object' && !Array.isArray(content) ? Object.entries(content) : undefined
  return (entries ?? [['', {}]]).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value !== 'string') {
      throw new CommandError(`could not load config file: ${file}: write one "flag: value" a line`)
    }
    const name = RENAMED[key]
    if (name === undefined) return [[key, value] as const]
    return entries!.some(([other]) => other === name) ? [] : [[name, value] as const]
  })
}
