import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByFingerprint } from '../../../alertmanager/store/by-fingerprint.ts'

interface Thing {
  readonly fingerprint: string
}

/** Few buckets, so that there are several things in one. */
const fingerprint = fc.tuple(fc.nat(3), fc.nat(9)).map(([high, low]) => {
  return high.toString(16).padStart(3, 'f') + low.toString(16).padStart(13, '0')
})
const step = fc.oneof(
  fc.record({ kind: fc.constantFrom('add', 'delete'), fingerprint }),
  fc.record({ kind: fc.constantFrom('read', 'go on'), fingerprint }),
)

test('things come in the order of their fingerprints, whatever comes and goes, also while somebody reads', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const all = new ByFingerprint<Thing>((thing) => thing.fingerprint)
      const known = new Map<string, Thing>()
      let reading: Iterator<Thing> | undefined
      let last = ''
      for (const each of steps) {
        const thing = known.get(each.fingerprint)
        if (each.kind === 'add' && thing === undefined) {
          const added = { fingerprint: each.fingerprint }
          known.set(each.fingerprint, added)
          all.add(added)
        } else if (each.kind === 'delete' && thing !== undefined) {
          known.delete(each.fingerprint)
          all.delete(thing)
        } else if (each.kind === 'read') {
          assert.deepEqual(
            Array.from(all, (one) => one.fingerprint),
            [...known.keys()].sort(),
          )
        } else if (each.kind === 'go on') {
          if (reading === undefined) [reading, last] = [all[Symbol.iterator](), '']
          const next = reading.next()
          if (next.done) reading = undefined
          else {
            assert.ok(next.value.fingerprint > last)
            last = next.value.fingerprint
          }
        }
      }
    }),
  )
})
