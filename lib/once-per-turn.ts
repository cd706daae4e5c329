/**
 * Computes a value at most once in a synchronous stretch of work. A scrape reads all of its metrics in one such stretch,
 * so metrics that come from the same look at something cost one look.
 */
export function oncePerTurn<T>(compute: () => T): () => T {
  let known: { readonly value: T } | undefined
  return () => {
    if (known === undefined) {
      known = { value: compute() }
      queueMicrotask(() => {
        known = undefined
      })
    }
    return known.value
  }
}
