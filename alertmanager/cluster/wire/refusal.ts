/** Why two members do not talk; one is sent as its word. */
const REFUSALS = {
  version: 'it speaks another version of the protocol; run the same version of Vedette on all members',
  label: 'its --cluster.label is another one; members with different labels do not talk',
  key: 'it has no shared key, or another one; give all members the same --cluster.key-file, or none of them any',
  name: 'its --cluster.peer-name is taken by another member that is alive; names must differ',
  full: 'the cluster has 9 members, and more cannot join; stop one of them, or run a second cluster',
  self: 'the address leads back to this member',
  duplicate: 'there is a connection to it already',
  leaving: 'it is about to stop',
} as const
export type Refusal = keyof typeof REFUSALS

/** Thrown when a member does not want to talk to another one, by whichever of both. */
export class RefusedError extends Error {
  readonly refusal: Refusal
  /** Whether the other one said so. */
  readonly byOther: boolean

  constructor(refusal: Refusal, byOther: boolean) {
    super(REFUSALS[refusal])
    this.refusal = refusal
    this.byOther = byOther
  }
}

export function encodeRefusal(refusal: Refusal): Buffer {
  return Buffer.from(refusal)
}

/** Undefined for a word of a later version. */
export function decodeRefusal(bytes: Buffer): Refusal | undefined {
  const word = bytes.toString()
  return Object.hasOwn(REFUSALS, word) ? (word as Refusal) : undefined
}
