import { authorizationOf, type HttpConfig } from '../../config/http.ts'

type ReadFile = (path: string) => Promise<string>

/** The headers that identify us, and those that the configuration adds. Files are read anew each time. */
export async function httpHeaders(
  config: HttpConfig,
  url: URL,
  readFile: ReadFile,
): Promise<Record<string, string | string[]>> {
  const headers: Record<string, string | string[]> = {}
  const credentials = await authorization(config, url, readFile)
  if (credentials !== undefined) headers.authorization = credentials
  for (const [name, { values, secrets, files }] of Object.entries(config.http_headers ?? {})) {
    headers[name.toLowerCase()] = [...values, ...secrets, ...(await Promise.all(files.map(readFile)))]
  }
  return headers
}

async function authorization(config: HttpConfig, url: URL, readFile: ReadFile): Promise<string | undefined> {
  const { basic_auth } = config
  const other = authorizationOf(config)
  const textOf = async (text: string | undefined, file: string | undefined) => {
    return file === undefined ? (text ?? '') : await readFile(file)
  }
  if (other !== undefined) {
    return `${other.type} ${await textOf(other.credentials, other.credentials_file)}`
  }
  if (basic_auth !== undefined) {
    const username = await textOf(basic_auth.username, basic_auth.username_file)
    return basic(username, await textOf(basic_auth.password, basic_auth.password_file))
  }
  if (url.username === '' && url.password === '') return undefined
  return basic(decodeURIComponent(url.username), decodeURIComponent(url.password))
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
