import { type Found, NOTHING } from './compare.ts'

/** A difference that is meant to be. */
export interface Listed extends Found {
  readonly scenario: string
  readonly reason: string
}

/** A key that one side has in every object of a kind, and the other in none. */
export interface ListedKey {
  readonly key: string
  readonly onlyIn: 'ours' | 'theirs'
  readonly reason: string
}

/** The differences between this router and one release of the original. */
export interface Differences {
  readonly keys: readonly ListedKey[]
  readonly listed: readonly Listed[]
  /** Scenarios, by what their names begin with, in which the original is wrong now and then; too often to list. */
  readonly astray: readonly Astray[]
}

interface Astray {
  readonly begins: string
  readonly reason: string
}

/** The key that this difference is only the presence of; undefined if it is another one. */
export function keyOf({ field, theirs, ours }: Found, keys: readonly ListedKey[]): ListedKey | undefined {
  return keys.find(({ key, onlyIn }) => {
    const [has, lacks] = onlyIn === 'ours' ? [ours, theirs] : [theirs, ours]
    return field.endsWith(` > ${key}`) && lacks === NOTHING && has !== NOTHING
  })
}

/** Whether nothing is asked of what a scenario is like there. */
export function isAstray(scenario: string, { astray }: Differences): boolean {
  return astray.some(({ begins }) => scenario.startsWith(begins))
}

/** What is different and not listed, and what is listed and not different. */
export function unlisted(scenario: string, found: readonly Found[], { keys, listed }: Differences) {
  const mine = listed.filter((one) => one.scenario === scenario)
  const left = [...mine]
  const news = found.filter((one) => {
    if (keyOf(one, keys) !== undefined) return false
    const index = left.findIndex((known) => isSame(known, one))
    if (index !== -1) left.splice(index, 1)
    return index === -1
  })
  return { unlisted: news, vanished: left }
}

function isSame(a: Found, b: Found): boolean {
  return a.field === b.field && a.theirs === b.theirs && a.ours === b.ours
}
