import { type Flags, pad } from './flags.ts'

/** Fills a float up to the width, with its sign and point as the flags ask. */
export function padFloat(text: string, verb: string, precision: number, flags: Flags): string {
  const negative = text.startsWith('-')
  const magnitude = text.replace(/^[+-]/, '')
  const sign = negative ? '-' : flags.plus ? '+' : flags.space ? ' ' : ''
  if (magnitude === 'NaN') return pad(sign + magnitude, flags, false)
  // Infinity shows its sign even where no other number does.
  if (magnitude === 'Inf') return pad((sign || '+') + magnitude, flags, false)
  const digits = flags.sharp && verb !== 'b' ? withPoint(magnitude, verb, precision) : magnitude
  if (sign !== '' && flags.zero && !flags.minus && flags.width !== undefined) {
    return sign + digits.padStart(flags.width - 1, '0')
  }
  return pad(sign + digits, flags)
}

/** `#`: there is a point, and `g` keeps the zeros at the end. */
function withPoint(text: string, verb: string, precision: number): string {
  const form = /[xX]/.test(verb) ? /^(.*?)(p.*)?$/i : /^(.*?)(e.*)?$/i
  const [, mantissa = '', tail = ''] = form.exec(text) ?? []
  if (!/[gGxX]/.test(verb)) return `${mantissa}${mantissa.includes('.') ? '' : '.'}${tail}`
  const wanted = precision < 0 ? 6 : precision
  const significant = mantissa.replace('.', '').replace(/^0+/, '').length
  const pointed = mantissa.includes('.') ? mantissa : `${mantissa}.`
  const known = mantissa === '0' ? 1 : significant
  return `${pointed}${'0'.repeat(Math.max(0, wanted - known))}${tail}`
}
