import type { Socket } from 'node:net'
import { counterOf, type Registry } from '#lib/metrics.ts'

/** Counts the connections between members and what goes over them. */
export class SocketCount {
  readonly #open = new Set<Socket>()
  /** Who has dialled: this member, or the other one. */
  readonly #connections = { sent: 0, received: 0 }
  readonly #closedBytes = { sent: 0, received: 0 }
  #errors = 0

  add(socket: Socket, way: 'sent' | 'received'): void {
    this.#connections[way] += 1
    this.#open.add(socket)
    socket.on('error', () => {
      this.#errors += 1
    })
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#closedBytes.sent += socket.bytesWritten
      this.#closedBytes.received += socket.bytesRead
    })
  }

  /** Shows what upstream shows of members that talk over TLS. */
  register(registry: Registry): void {
    const counter = (name: string, help: string, read: () => number) => {
      counterOf(registry, { name: `alertmanager_tls_transport_${name}_total`, help }, read)
    }
    counter('packet_bytes_sent', 'The number of bytes sent to members.', () => {
      return sum(this.#closedBytes.sent, this.#open, ({ bytesWritten }) => bytesWritten)
    })
    counter('packet_bytes_received', 'The number of bytes received from members.', () => {
      return sum(this.#closedBytes.received, this.#open, ({ bytesRead }) => bytesRead)
    })
    counter('stream_connections_sent', 'The number of connections made to members.', () => this.#connections.sent)
    counter('stream_connections_received', 'The number of connections that members made.', () => {
      return this.#connections.received
    })
    counter('read_errors', 'The number of connections to members that broke.', () => this.#errors)
    counter('write_errors', 'Of no use here: a connection that breaks counts as a read error.', () => 0)
  }
}

function sum(closed: number, open: Iterable<Socket>, read: (socket: Socket) => number): number {
  let total = closed
  for (const socket of open) total += read(socket)
  return total
}
