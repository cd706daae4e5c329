const LONG = [16, 17, 18, 19]
const ANY = [13, 14, 15, 16, 17, 18, 19]

/** By the first four digits: how long numbers of the issuers are. */
const ISSUERS: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  // Mir
  [2200, 2204, LONG],
  // Mastercard
  [2221, 2720, [16]],
  [5100, 5599, [16]],
  // Diners Club
  [3000, 3059, [14, ...LONG]],
  [3095, 3095, [14, ...LONG]],
  [3600, 3699, [14, 15, ...LONG]],
  [3800, 3999, [14, ...LONG]],
  // American Express
  [3400, 3499, [15]],
  [3700, 3799, [15]],
  // JCB
  [3528, 3589, LONG],
  // Visa
  [4000, 4999, [13, 16, 19]],
  // Maestro
  [5000, 5099, ANY],
  [5600, 5899, ANY],
  // Maestro, Discover, UnionPay, RuPay
  [6000, 6999, ANY],
  [8100, 8299, LONG],
  // Troy
  [9792, 9792, [16]],
]

/** By the first four digits, a bit for each length. */
const LENGTHS = new Uint32Array(10_000)
for (const [from, to, lengths] of ISSUERS) {
  LENGTHS.fill(
    lengths.reduce((bits, length) => bits | (1 << length), 0),
    from,
    to + 1,
  )
}

/** Whether so many digits, at least 13, are the number of a payment card: the prefix and length of an issuer, Luhn's check digit. */
export function isCardNumber(digits: Uint8Array, count: number): boolean {
  const prefix = digits[0]! * 1000 + digits[1]! * 100 + digits[2]! * 10 + digits[3]!
  return ((LENGTHS[prefix]! >>> count) & 1) === 1 && hasCheckDigit(digits, count)
}

/** ISO/IEC 7812-1, annex B. */
function hasCheckDigit(digits: Uint8Array, count: number): boolean {
  let sum = 0
  for (let index = 0; index < count; index++) {
    const digit = digits[index]!
    const isDoubled = (count - index) % 2 === 0
    sum += isDoubled ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}
