import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byFingerprint } from '../../../alertmanager/store/by-fingerprint.ts'

test('things come in the order of their fingerprints, also where the first halves are the same', () => {
  const fingerprint = fc.tuple(fc.nat(3), fc.nat(50)).map(([high, low]) => {
    return high.toString(16).padStart(8, 'f') + low.toString(16).padStart(8, '0')
  })
  fc.assert(
    fc.property(fc.uniqueArray(fingerprint, { maxLength: 60 }), (fingerprints) => {
      const sorted = byFingerprint(
        fingerprints.map((text) => ({ text })),
        ({ text }) => text,
      ).map(({ text }) => text)
      assert.deepEqual(sorted, [...fingerprints].sort())
    }),
  )
})
