/** Options that say which letters are meant. */
export interface SelectOptions {
  readonly type?: readonly string[]
  readonly index?: readonly string[]
  readonly since?: string
  readonly until?: string
  readonly json?: true
  readonly server: URL
}

export interface ListOptions extends SelectOptions {
  readonly limit: number
}

export interface ChangeOptions extends SelectOptions {
  readonly all?: true
}
