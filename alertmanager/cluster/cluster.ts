/** A member of the cluster as `/status` lists it. */
export interface Peer {
  readonly name: string
  /** host:port at which other members reach it. */
  readonly address: string
}

/** What the rest of the router knows of the members that share its state. */
export interface Cluster {
  readonly isEnabled: boolean
  readonly status: 'disabled' | 'settling' | 'ready'
  /** Of this member; empty when it runs alone. */
  readonly name: string
  /** This member and all that are alive, by name. Empty when it runs alone. */
  readonly peers: readonly Peer[]
  /** How many of the members that are alive come before this one, by name: each of them tells first. */
  readonly position: number
  /** Resolves when it is known who is there, or when the time for that is up: nobody is told before. */
  settled(): Promise<void>
}

/** A router that shares its state with nobody. */
export const ALONE: Cluster = {
  isEnabled: false,
  status: 'disabled',
  name: '',
  peers: [],
  position: 0,
  settled: () => Promise.resolve(),
}
