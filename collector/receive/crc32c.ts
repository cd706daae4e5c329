const POLYNOMIAL = 0x82f6_3b78

let table: Uint32Array | undefined

/** CRC-32C (Castagnoli), which Node's zlib does not have. */
export function crc32c(bytes: Buffer): number {
  table ??= createTable()
  let checksum = 0xffff_ffff
  for (const byte of bytes) checksum = table[(checksum ^ byte) & 0xff]! ^ (checksum >>> 8)
  return ~checksum >>> 0
}

function createTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ POLYNOMIAL
    return value
  })
}
