import { type Decimal, exactDecimal, roundDecimal, shortestDecimal, splitFloat } from './decimal.ts'

/** Writes a float as Go's strconv does, for one of the verbs `e E f g G x X b`. A precision of -1 means: as many digits as needed. */
export function formatFloat(value: number, verb: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const magnitude = Math.abs(value)
  if (magnitude === Number.POSITIVE_INFINITY) return `${sign === '' ? '+' : sign}Inf`
  return sign + formatMagnitude(magnitude, verb, precision)
}

function formatMagnitude(value: number, verb: string, precision: number): string {
  switch (verb) {
    case 'b': {
      const { mantissa, exponent } = splitFloat(value)
      return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
    }
    case 'x':
      return formatHex(value, precision)
    case 'X':
      return formatHex(value, precision).toUpperCase()
    case 'f':
      return formatFixed(value, precision)
    case 'e':
    case 'E':
      return formatScientific(value, verb, precision)
    default:
      return formatGeneral(value, verb === 'G' ? 'E' : 'e', precision)
  }
}

function formatFixed(value: number, precision: number): string {
  const exact = precision < 0 ? shortestDecimal(value) : exactDecimal(value)
  return writeFixed(precision < 0 ? exact : roundDecimal(exact, exact.point + precision), precision)
}

function writeFixed({ digits, point }: Decimal, precision: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(digits === '' ? 0 : -point) + digits
  const padded = precision < 0 ? fraction : fraction.padEnd(precision, '0')
  return padded === '' ? whole : `${whole}.${padded}`
}

function formatScientific(value: number, letter: string, precision: number): string {
  const decimal = precision < 0 ? shortestDecimal(value) : roundDecimal(exactDecimal(value), precision + 1)
  return writeScientific(decimal, letter, precision)
}

function writeScientific({ digits, point }: Decimal, letter: string, precision: number): string {
  const fraction = precision < 0 ? digits.slice(1) : digits.slice(1).padEnd(precision, '0')
  const exponent = digits === '' ? 0 : point - 1
  const first = digits === '' ? '0' : digits[0]
  const magnitude = String(Math.abs(exponent)).padStart(2, '0')
  return `${first}${fraction === '' ? '' : `.${fraction}`}${letter}${exponent < 0 ? '-' : '+'}${magnitude}`
}

function formatGeneral(value: number, letter: string, precision: number): string {
  const count = precision === 0 ? 1 : precision
  const decimal = count < 0 ? shortestDecimal(value) : roundDecimal(exactDecimal(value), count)
  const { digits, point } = decimal
  // With a precision to spare, a whole number is not cut off where its digits end.
  const significant = count > digits.length && digits.length >= point ? digits.length : count
  const limit = count < 0 ? 6 : significant
  const exponent = digits === '' ? 0 : point - 1
  if (exponent >= -4 && exponent < limit) return writeFixed(decimal, -1)
  return writeScientific(decimal, letter, -1)
}

function formatHex(value: number, precision: number): string {
  if (value === 0) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`
  let { mantissa, exponent } = splitFloat(value)
  // One bit before the point and 60 behind it.
  const shift = 61 - mantissa.toString(2).length
  mantissa <<= BigInt(shift)
  exponent += 60 - shift
  if (precision >= 0 && precision < 15) {
    const extra = BigInt(60 - precision * 4)
    const rest = mantissa & ((1n << extra) - 1n)
    const half = 1n << (extra - 1n)
    mantissa >>= extra
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
    mantissa <<= extra
    if (mantissa >> 61n > 0n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const digits = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, '0')
  const fraction = precision < 0 ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0')
  const magnitude = String(Math.abs(exponent)).padStart(2, '0')
  return `0x1${fraction === '' ? '' : `.${fraction}`}p${exponent < 0 ? '-' : '+'}${magnitude}`
}
