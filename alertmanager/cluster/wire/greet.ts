import { Handshake, type HandshakeOptions, refusedBy } from './handshake.ts'
import type { Hello } from './hello.ts'
import { encodeRefusal, RefusedError } from './refusal.ts'
import type { Wire } from './wire.ts'
import { WireError } from './wire-error.ts'

/**
 * Lets two members greet each other; from then on the connection is sealed if there is a key.
 *
 * @returns who the other one is
 * @throws RefusedError, WireError, or whatever broke the connection
 */
export async function greet(wire: Wire, options: HandshakeOptions): Promise<Hello> {
  const handshake = new Handshake(options)
  for (const [kind, payload] of handshake.begin()) wire.send(kind, payload)
  try {
    for (;;) {
      const { send, established } = handshake.take(await wire.receive())
      for (const [kind, payload] of send) wire.send(kind, payload)
      if (established === undefined) continue
      wire.upgrade(established.seal, established.unseal)
      return established.peer
    }
  } catch (error) {
    if (error instanceof RefusedError && !error.byOther) wire.send('refuse', encodeRefusal(error.refusal))
    throw error
  }
}

/** Waits until the one who listens has let this member in. */
export async function awaitWelcome(wire: Wire): Promise<void> {
  const { kind, payload } = await wire.receive()
  if (kind === 'refuse') throw refusedBy(payload)
  if (kind !== 'welcome') throw new WireError(`a frame of kind ${kind} where a welcome was due`)
}
