import type { Files } from '#lib/files.ts'
import { isBearerToken } from '../../credentials/bearer-token.ts'
import { WatchedFile } from '../../credentials/watched-file.ts'
import type { Credentials } from '../../ship/credentials.ts'
import { ScrapeError } from '../page/scrape-error.ts'

/** How targets are reached: paths of files, empty for none. */
export interface AccessSettings {
  readonly tls: {
    readonly ca_file: string
    readonly cert_file: string
    readonly key_file: string
    readonly server_name: string
    readonly insecure_skip_verify: boolean
  }
  readonly bearer_token_file: string
  readonly basic_auth: { readonly username: string; readonly password_file: string }
}

/** What is sent and trusted, read from files again when they change. */
export class Access {
  readonly settings: AccessSettings
  readonly #ca: WatchedFile | undefined
  readonly #cert: WatchedFile | undefined
  readonly #key: WatchedFile | undefined
  readonly #token: WatchedFile | undefined
  readonly #password: WatchedFile | undefined
  /** Another object than before means that something changed. */
  #credentials: Credentials = { ca: undefined, cert: undefined, key: undefined, token: undefined }

  constructor(settings: AccessSettings, files: Pick<Files, 'readFile' | 'stat'>) {
    const fail = (path: string, reason: string, cause: unknown) =>
      new ScrapeError('credentials', `cannot use ${path}: ${reason}`, { cause })
    const watched = (path: string) => (path === '' ? undefined : new WatchedFile({ path, files, fail }))
    this.settings = settings
    this.#ca = watched(settings.tls.ca_file)
    this.#cert = watched(settings.tls.cert_file)
    this.#key = watched(settings.tls.key_file)
    this.#token = watched(settings.bearer_token_file)
    this.#password = watched(settings.basic_auth.password_file)
  }

  /** @throws ScrapeError */
  async readCredentials(): Promise<Credentials> {
    const [ca, cert, key, token] = await Promise.all(
      [this.#ca, this.#cert, this.#key, this.#token].map((file) => file?.read()),
    )
    if (token !== undefined && !isBearerToken(token)) throw this.#token!.unusable('it holds no bearer token')
    const before = this.#credentials
    const isSame = before.ca === ca && before.cert === cert && before.key === key && before.token === token
    if (!isSame) this.#credentials = { ca, cert, key, token }
    return this.#credentials
  }

  /**
   * Value of the header, or undefined for none.
   *
   * @throws ScrapeError
   */
  async readAuthorization(): Promise<string | undefined> {
    const { token } = await this.readCredentials()
    if (token !== undefined) return `Bearer ${token}`
    const { username } = this.settings.basic_auth
    if (username === '' && this.#password === undefined) return undefined
    const password = (await this.#password?.read()) ?? ''
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }
}
