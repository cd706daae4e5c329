import type { MessageType } from './channel.ts'

export const MESSAGE_TYPES: readonly MessageType[] = ['full_state', 'update']

interface Count {
  messages: number
  bytes: number
}

/** How much members have told each other. */
export class Traffic {
  readonly sent: Readonly<Record<MessageType, Count>> = createCounts()
  readonly received: Readonly<Record<MessageType, Count>> = createCounts()

  countSent(type: MessageType, bytes: number): void {
    add(this.sent[type], bytes)
  }

  countReceived(type: MessageType, bytes: number): void {
    add(this.received[type], bytes)
  }
}

function createCounts(): Record<MessageType, Count> {
  return { full_state: { messages: 0, bytes: 0 }, update: { messages: 0, bytes: 0 } }
}

function add(count: Count, bytes: number): void {
  count.messages += 1
  count.bytes += bytes
}
