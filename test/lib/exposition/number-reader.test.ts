import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { NumberReader } from '#lib/exposition/number-reader.ts'

function read(text: string): number | undefined {
  const reader = new NumberReader()
  const bytes = Buffer.from(`x${text}y`, 'latin1')
  return reader.read(bytes, 1, bytes.length - 1) ? reader.value : undefined
}

describe('NumberReader', () => {
  it('reads what JavaScript prints', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        // It prints no minus before a zero.
        const printed = value + 0
        assert.equal(read(String(value)), printed)
        if (Number.isFinite(value)) assert.equal(read(value.toExponential()), printed)
      }),
    )
  })

  it('reads decimals as the nearest double', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 25 })
    const exponent = fc.option(fc.integer({ min: -330, max: 330 }), { nil: undefined })
    fc.assert(
      fc.property(fc.constantFrom('', '-', '+'), digits, digits, exponent, (sign, whole, fraction, power) => {
        const text = `${sign}${whole}.${fraction}${power === undefined ? '' : `e${power}`}`
        const expected = Number(text)
        const isNumber = whole !== '' || fraction !== ''
        assert.equal(read(text), isNumber && Number.isFinite(expected) ? expected : undefined, text)
      }),
    )
  })

  it('reads what Go does, and nothing else', () => {
    for (const text of ['NaN', 'nan', 'NAN']) assert.equal(read(text), Number.NaN)
    for (const text of ['Inf', '+Inf', 'inf', 'Infinity', '+infinity']) assert.equal(read(text), Infinity)
    for (const text of ['-Inf', '-inf', '-INFINITY']) assert.equal(read(text), -Infinity)
    assert.ok(Object.is(read('-0'), -0))
    for (const [text, value] of [
      ['1.', 1],
      ['.5', 0.5],
      ['+1E+05', 1e5],
      ['1e22', 1e22],
      ['007', 7],
    ] as const) {
      assert.equal(read(text), value)
    }
    for (const text of [
      '',
      '+',
      '.',
      'e5',
      '1e',
      '1e+',
      '0x1p3',
      '0x10',
      '1_0',
      '+NaN',
      'in',
      '1e400',
      '1..2',
      '1 ',
      '१',
    ]) {
      assert.equal(read(text), undefined, text)
    }
  })
})
