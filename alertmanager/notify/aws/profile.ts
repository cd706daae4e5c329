import type { ReadFile } from '../integration.ts'

/** Variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What the shared files of AWS say of a profile. */
export interface AwsProfile {
  readonly accessKey?: string
  readonly secretKey?: string
  readonly sessionToken?: string
  readonly region?: string
}

/** Reads a profile from `~/.aws/credentials` and `~/.aws/config`; empty where neither knows it. Credentials win over config. */
export async function readProfile(name: string, env: Environment, readFile: ReadFile): Promise<AwsProfile> {
  const home = `${env.HOME ?? ''}/.aws`
  const read = (path: string) => readFile(path).catch(() => '')
  const config = readSection(await read(env.AWS_CONFIG_FILE ?? `${home}/config`), [`profile ${name}`, name])
  const credentials = readSection(await read(env.AWS_SHARED_CREDENTIALS_FILE ?? `${home}/credentials`), [name])
  const values = new Map([...config, ...credentials])
  const keys = [
    ['accessKey', 'aws_access_key_id'],
    ['secretKey', 'aws_secret_access_key'],
    ['sessionToken', 'aws_session_token'],
    ['region', 'region'],
  ] as const
  return Object.fromEntries(keys.flatMap(([key, written]) => (values.has(written) ? [[key, values.get(written)]] : [])))
}

/** The values of the section that has one of these names, in an INI file. */
function readSection(text: string, names: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  let inside = false
  for (const line of text.split('\n').map((written) => written.trim())) {
    const header = /^\[\s*(.+?)\s*\]$/.exec(line)?.[1]
    if (header !== undefined) inside = names.includes(header.replace(/\s+/g, ' '))
    const [, name, value] = /^([\w-]+)\s*=\s*(.*)$/.exec(line) ?? []
    if (inside && name !== undefined && value !== undefined) values.set(name.toLowerCase(), value)
  }
  return values
}
