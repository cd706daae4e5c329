import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AnchorScanner } from '#lib/redact/anchor-scanner.ts'
import { byteClass } from '#lib/redact/byte-class.ts'
import { PRESETS } from '#lib/redact/presets.ts'

const ANCHORS = Object.values(PRESETS)
  .flatMap((create) => [...create()])
  .flatMap((detector) => ('anchors' in detector ? detector.anchors : []))
  .filter(({ text }) => text.length >= 3)
  .map((anchor) => ({ text: anchor.text, ignoresCase: 'ignoresCase' in anchor && anchor.ignoresCase === true }))
const RUN = byteClass('0-9 -')

const anchor = fc
  .constantFrom(...ANCHORS)
  .chain(({ text, ignoresCase }) => (ignoresCase ? fc.mixedCase(fc.constant(text)) : fc.constant(text)))
const piece = fc.oneof(
  anchor,
  fc.string({ unit: fc.constantFrom(...'0123456789 -a'), minLength: 8, maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
)
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

function naiveAnchors(bytes: Buffer): ReadonlySet<string> {
  const body = bytes.toString('latin1')
  const found = ANCHORS.flatMap(({ text: wanted, ignoresCase }, index) => {
    const pattern = new RegExp(`(?=${RegExp.escape(wanted)})`, ignoresCase ? 'gi' : 'g')
    return [...body.matchAll(pattern)].map((match) => `${index}@${match.index}`)
  })
  return new Set(found)
}

test('every anchor and every long run is found, wherever in memory the text lies', () => {
  const scanner = new AnchorScanner(ANCHORS, RUN)
  fc.assert(
    fc.property(text, fc.nat(7), fc.nat(3), (body, before, behind) => {
      const wanted = Buffer.from(body)
      // Digits around it are of no run in it.
      const memory = new ArrayBuffer(before + wanted.length + behind)
      const bytes = Buffer.from(memory, Math.min(before, 3))
      bytes.fill('1')
      const start = before - Math.min(before, 3)
      wanted.copy(bytes, start)
      const anchors: string[] = []
      const runs: number[] = []
      scanner.scan(bytes, start, start + wanted.length, {
        foundAnchor: (index, at) => anchors.push(`${index}@${at - start}`),
        foundRun: (at) => runs.push(at - start),
      })
      assert.deepEqual(new Set(anchors), naiveAnchors(wanted))
      for (const match of wanted.toString('latin1').matchAll(/[0-9 -]{13,}/g)) {
        const [from, to] = [match.index, match.index + match[0].length]
        assert.ok(
          runs.some((at) => at >= from && at < to),
          `the run at ${from}`,
        )
      }
    }),
  )
})
