/**
 * Gives the memory of a buffer back at once. V8 would find it unused only in a full collection, and it starts one for
 * every few dozens of MiB of such memory. The buffer is empty afterwards, as is every other one of the same memory.
 *
 * @param buffer must have memory of its own, which one of at least `Buffer.poolSize` bytes has
 */
export function freeNow({ buffer }: Buffer): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}
