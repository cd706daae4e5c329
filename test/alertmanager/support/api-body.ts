import type { ApiResponse } from '../../../alertmanager/receive/response.ts'

/** The body of an answer, whole. Pieces are taken at once, and written over, as their writer is free to do. */
export async function bodyOf({ body }: ApiResponse): Promise<string> {
  if (typeof body === 'string') return body
  const pieces: Buffer[] = []
  await body((piece) => {
    pieces.push(Buffer.from(piece))
    piece.fill('?')
    return Promise.resolve()
  })
  return Buffer.concat(pieces).toString()
}
