import fc from 'fast-check'

/** The same stories each time; others with VEDETTE_SEED=<number>. */
const SEED = Number(process.env.VEDETTE_SEED ?? 1)

/** Values by chance, but each time the same. `salt` sets those of one call apart from those of others. */
export function sample<Value>(arbitrary: fc.Arbitrary<Value>, count: number, salt: number): readonly Value[] {
  return fc.sample(arbitrary, { seed: SEED * 100 + salt, numRuns: count })
}
