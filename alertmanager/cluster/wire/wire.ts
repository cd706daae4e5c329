import type { Duplex } from 'node:stream'
import { encodeFrame, type Frame, type FrameKind, FrameReader, MAX_PAYLOAD_BYTES } from './frames.ts'
import { type Seal, type Unseal, unsealed } from './seal.ts'

export interface WireListener {
  onFrame(frame: Frame): void
  /** Once, with what broke the connection, if it was not one of both who ended it. */
  onClose(error: Error | undefined): void
}

/** Frames over one connection: asked for one by one while members greet each other, then told as they come. */
export class Wire {
  readonly #socket: Duplex
  readonly #reader = new FrameReader()
  #seal: Seal = unsealed
  #listener: WireListener | undefined
  #waiting: { readonly resolve: (frame: Frame) => void; readonly reject: (error: Error) => void } | undefined
  #error: Error | undefined
  #isClosed = false

  constructor(socket: Duplex) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      if (socket.writableEnded) return
      this.#reader.push(chunk)
      this.#deliver()
    })
    socket.on('error', (error: Error) => {
      this.#error ??= error
    })
    // The other side has ended: what it still takes is of no use to anybody.
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#closed())
    socket.pause()
  }

  /** Bytes that wait to be sent. */
  get queuedBytes(): number {
    return this.#socket.writableLength
  }

  get isClosed(): boolean {
    return this.#isClosed || this.#socket.destroyed
  }

  send(kind: FrameKind, payload: Buffer = Buffer.alloc(0)): void {
    if (this.isClosed || this.#socket.writableEnded) return
    this.#socket.write(encodeFrame(kind, payload, this.#seal))
  }

  /** From now on frames may be larger, and go sealed. */
  upgrade(seal: Seal, unseal: Unseal): void {
    this.#seal = seal
    this.#reader.expect(MAX_PAYLOAD_BYTES, unseal)
  }

  /** The next frame; rejects when the connection breaks before. */
  receive(): Promise<Frame> {
    if (this.isClosed) return Promise.reject(this.#brokenBy())
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#deliver()
      if (this.#waiting !== undefined) this.#socket.resume()
    })
  }

  /** Tells every frame from now on. */
  listen(listener: WireListener): void {
    this.#listener = listener
    if (this.isClosed) listener.onClose(this.#error)
    else {
      this.#deliver()
      this.#socket.resume()
    }
  }

  /** Breaks the connection. */
  destroy(error?: Error): void {
    this.#error ??= error
    this.#socket.destroy()
  }

  /** Ends the connection once what waits is sent. What comes meanwhile is dropped. */
  end(): void {
    this.#socket.end()
    this.#socket.resume()
  }

  #deliver(): void {
    try {
      while (!this.isClosed) {
        if (this.#waiting === undefined && this.#listener === undefined) break
        const frame = this.#reader.next()
        if (frame === undefined) return
        const waiting = this.#waiting
        this.#waiting = undefined
        if (waiting === undefined) this.#listener?.onFrame(frame)
        else waiting.resolve(frame)
      }
      this.#socket.pause()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  #brokenBy(): Error {
    return this.#error ?? new Error('the other side has closed the connection')
  }

  #closed(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting?.reject(this.#brokenBy())
    this.#listener?.onClose(this.#error)
  }
}
