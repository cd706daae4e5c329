/**
 * Gives the memory of a buffer back at once, if it has memory of its own; it is empty afterwards. V8 would find it unused
 * only in a full collection, and it starts one for every few dozens of MiB of such memory.
 *
 * @param buffer is nobody else's, and neither is what it is a part of
 */
export function freeNow({ buffer, length }: Buffer): void {
  // A smaller one may stand in Node's pool, next to others.
  if (length >= Buffer.poolSize && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
