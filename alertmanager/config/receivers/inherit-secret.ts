type Pair<K extends string> = { readonly [P in K | `${K}_file`]?: string }

/**
 * The pair `<key>` and `<key>_file` that holds for an integration: its own where it has either of them, so that a file of
 * its own wins over a global text, otherwise the global one.
 */
export function inheritSecret<K extends string>(own: Pair<K>, key: K, text?: string, file?: string): Pair<K> {
  const fileKey = `${key}_file` as const
  const hasOwn = own[key] !== undefined || own[fileKey] !== undefined
  const pair = hasOwn ? [own[key], own[fileKey]] : [text, file]
  const entries = [key, fileKey].map((name, at) => [name, pair[at]]).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Pair<K>
}
