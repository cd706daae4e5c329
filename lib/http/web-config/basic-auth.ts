import { createHmac, randomBytes } from 'node:crypto'
import { Bcrypt } from './bcrypt.ts'

export type AuthResult = 'granted' | 'denied' | 'busy'

/** Most results that are remembered. */
const MOST_REMEMBERED = 1_000
/** What the password of an unknown user is compared with, so that the time tells nothing: a hash of no password. */
const NOBODY = '$2y$10$AAAAAAAAAAAAAAAAAAAAAOm5vlPCUl0dT6bbQ4dY6HOdSzOrVOj2S'

/**
 * Checks user and password of requests. Results are remembered under a keyed digest of all that they depend on, so that a
 * client that asks again costs no hashing, and a change of the hash is a new question.
 */
export class BasicAuth {
  readonly #key = randomBytes(32)
  readonly #bcrypt = new Bcrypt()
  readonly #known = new Map<string, boolean>()
  readonly #asking = new Map<string, Promise<boolean>>()

  /**
   * @param authorization the header of that name
   * @param users hashes by user
   */
  async check(authorization: string | undefined, users: ReadonlyMap<string, string>): Promise<AuthResult> {
    const credentials = parseBasic(authorization)
    if (credentials === undefined) return 'denied'
    const { user, password } = credentials
    const hash = users.get(user)
    const key = this.#digest(user, hash ?? NOBODY, password)
    const known = this.#known.get(key)
    if (known !== undefined) return known ? 'granted' : 'denied'
    const asking = this.#asking.get(key) ?? this.#ask(key, password, hash)
    if (asking === undefined) return 'busy'
    return (await asking) ? 'granted' : 'denied'
  }

  stop(): Promise<void> {
    return this.#bcrypt.stop()
  }

  #ask(key: string, password: string, hash: string | undefined): Promise<boolean> | undefined {
    const answer = this.#bcrypt.matches(password, hash ?? NOBODY)
    if (answer === undefined) return undefined
    const result = answer
      .then((matches) => {
        const isRight = matches && hash !== undefined
        this.#remember(key, isRight)
        return isRight
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, result)
    return result
  }

  #remember(key: string, isRight: boolean): void {
    const oldest = this.#known.size < MOST_REMEMBERED ? undefined : this.#known.keys().next().value
    if (oldest !== undefined) this.#known.delete(oldest)
    this.#known.set(key, isRight)
  }

  #digest(...parts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(parts)).digest('base64')
  }
}

/** Reads `Basic dXNlcjpwYXNz`; undefined for anything else. */
export function parseBasic(
  header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
