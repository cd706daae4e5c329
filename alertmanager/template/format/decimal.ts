/** A positive number as `0.digits × 10^point`. The digits have no zeros at either end; zero has none. */
export interface Decimal {
  readonly digits: string
  readonly point: number
}

/** The fewest digits that tell a number from its neighbours. */
export function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  return { digits: mantissa.replace('.', '').replace(/0+$/, ''), point: Number(exponent) + 1 }
}

const MANTISSA_BITS = 52n

/** A number with all digits that it has. */
export function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const { mantissa, exponent } = splitFloat(value)
  // m × 2^-k is m × 5^k / 10^k.
  const digits = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)
  const text = String(digits)
  return { digits: text.replace(/0+$/, ''), point: text.length + Math.min(exponent, 0) }
}

/** A number as `mantissa × 2^exponent`, both whole. */
export function splitFloat(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> MANTISSA_BITS) & 0x7ffn)
  const fraction = bits & ((1n << MANTISSA_BITS) - 1n)
  if (biased === 0) return { mantissa: fraction, exponent: -1074 }
  return { mantissa: fraction | (1n << MANTISSA_BITS), exponent: biased - 1075 }
}

/** Rounds to a number of digits, half to even. */
export function roundDecimal({ digits, point }: Decimal, count: number): Decimal {
  if (count < 0) return { digits: '', point: 0 }
  if (count >= digits.length) return { digits, point }
  const kept = digits.slice(0, count)
  if (!roundsUp(digits, count)) {
    const rest = kept.replace(/0+$/, '')
    return rest === '' ? { digits: '', point: 0 } : { digits: rest, point }
  }
  const next = String(BigInt(`0${kept}`) + 1n).padStart(count, '0')
  const carried = next.length > count ? 1 : 0
  return { digits: next.replace(/0+$/, ''), point: point + carried }
}

function roundsUp(digits: string, at: number): boolean {
  const digit = digits.charCodeAt(at) - 0x30
  if (digit !== 5 || at + 1 < digits.length) return digit >= 5
  return at > 0 && digits.charCodeAt(at - 1) % 2 === 1
}
