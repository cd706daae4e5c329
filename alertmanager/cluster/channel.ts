/** What a message is, in the words of `cluster_messages_*`. */
export type MessageType = 'full_state' | 'update'

/** Another member of the cluster that is connected right now. A lost connection that comes back is another Remote. */
export interface Remote {
  readonly name: string
  /** Bytes that wait to be sent. Whoever sends much waits for them to get fewer. */
  readonly queuedBytes: number
  /** Queues a message; they arrive whole and in order, or the connection breaks. Nothing happens once it is broken. */
  send(type: MessageType, message: Buffer): void
}

/** Takes what connected members say. Listeners are called in the order of what happens. */
export interface RemoteListener {
  onConnect(remote: Remote): void
  onMessage(remote: Remote, type: MessageType, message: Buffer): void
  onDisconnect(remote: Remote): void
}

/** Connections to all other members, one to each. */
export interface Channel {
  readonly remotes: Iterable<Remote>
  listen(listener: RemoteListener): void
}
