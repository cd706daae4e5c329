import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import { isBearerToken } from '../credentials/bearer-token.ts'
import { WatchedFile } from '../credentials/watched-file.ts'

/** What requests and connections are made with. Another object than before means that something changed. */
export interface Credentials {
  /** In PEM: certificates that are trusted, and our own with its key; undefined for none. */
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
  /** Bearer token; undefined for none. */
  readonly token: string | undefined
}

export interface CredentialFilesOptions {
  /** Paths; empty for none. */
  readonly caFile: string
  readonly certFile: string
  readonly keyFile: string
  readonly tokenFile: string
  readonly clock: Clock
  readonly files: Pick<Files, 'readFile' | 'stat'>
}

/** There may be hundreds of requests in a second, and a change may take effect after some. */
const LOOK_AGAIN_MS = 10_000

const NOTHING: Credentials = { ca: undefined, cert: undefined, key: undefined, token: undefined }

/** The files with certificates, key and token, for all collectors. They are looked at every now and then, while in use. */
export class CredentialFiles {
  readonly #clock: Clock
  readonly #files: ReadonlyMap<keyof Credentials, WatchedFile>
  #current: Credentials = NOTHING
  #reading: Promise<Credentials> | undefined
  #readAtMs = 0
  #mustRead = false

  constructor({ caFile, certFile, keyFile, tokenFile, clock, files }: CredentialFilesOptions) {
    this.#clock = clock
    const watched: [keyof Credentials, string, string][] = [
      ['ca', 'tls.ca_file', caFile],
      ['cert', 'tls.cert_file', certFile],
      ['key', 'tls.key_file', keyFile],
      ['token', 'bearer_token_file', tokenFile],
    ]
    this.#files = new Map(
      watched
        .filter(([, , path]) => path !== '')
        .map(([name, setting, path]) => {
          const fail = (at: string, reason: string, cause: unknown) =>
            new CodedError('SHIP_FILE_UNREADABLE', [setting, at, reason], { cause })
          return [name, new WatchedFile({ path, files, fail })]
        }),
    )
  }

  /**
   * What the files hold.
   *
   * @throws CodedError if one cannot be used; the next call reads again
   */
  read(): Promise<Credentials> {
    const nowMs = this.#clock.monotonicMs()
    if (this.#reading !== undefined && nowMs - this.#readAtMs < LOOK_AGAIN_MS) return this.#reading
    this.#readAtMs = nowMs
    const reading = this.#read()
    this.#reading = reading
    reading.catch(() => this.expire())
    return reading
  }

  /** A collector does not accept them: they are read at the next call, even if the files seem to be the same. */
  expire(): void {
    this.#reading = undefined
    this.#mustRead = true
  }

  async #read(): Promise<Credentials> {
    const force = this.#mustRead
    this.#mustRead = false
    const found: { -readonly [name in keyof Credentials]: Credentials[name] } = { ...NOTHING }
    for (const [name, file] of this.#files) {
      const text = await file.read(force)
      const problem = PROBLEMS[name](text)
      if (problem !== undefined) throw file.unusable(problem)
      found[name] = text
    }
    const isSame = (Object.keys(found) as (keyof Credentials)[]).every((name) => found[name] === this.#current[name])
    if (!isSame) this.#current = found
    return this.#current
  }
}

const holds = (mark: string, what: string) => (text: string) =>
  text.includes(mark) ? undefined : `it holds no ${what} in PEM`

const PROBLEMS: Readonly<Record<keyof Credentials, (text: string) => string | undefined>> = {
  ca: holds('-----BEGIN CERTIFICATE-----', 'certificate'),
  cert: holds('-----BEGIN CERTIFICATE-----', 'certificate'),
  key: holds('PRIVATE KEY-----', 'private key'),
  token: (text) => (isBearerToken(text) ? undefined : 'it holds no bearer token'),
}
