import { messageOf } from '#lib/errors.ts'
import type { ReadFile } from './integration.ts'
import { Unsendable } from './unsendable.ts'

/** A secret of an integration: what is written, or the file that holds it. */
export interface SecretSource {
  /** The key in the configuration, such as `api_key`; that of the file is `api_key_file`. */
  readonly key: string
  readonly text: string | undefined
  readonly file: string | undefined
}

/** The pair `<key>` and `<key>_file` of an integration's options. */
export function secretAt<K extends string>(
  options: { readonly [P in K | `${K}_file`]?: string | undefined },
  key: K,
): SecretSource {
  return { key, text: options[key], file: options[`${key}_file` as const] }
}

/**
 * The secret itself. The file is read each time, so that who changes it need not tell us.
 *
 * @throws Unsendable when the file cannot be read, or where there is nothing
 */
export async function readSecret({ key, text, file }: SecretSource, readFile: ReadFile): Promise<string> {
  if (file === undefined) {
    if (text === undefined || text === '') throw new Unsendable(`${key} is empty`)
    return text
  }
  const read = await readFile(file).catch((error: unknown) => {
    throw new Unsendable(`cannot read ${key}_file: ${messageOf(error)}`)
  })
  if (read === '') throw new Unsendable(`${key}_file: ${file} is empty`)
  return read
}
