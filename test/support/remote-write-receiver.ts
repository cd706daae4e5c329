import type { ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { uncompress } from 'snappyjs'
import { HttpPeer, type PeerRequest } from './http-peer.ts'
import { readRequest, type SentSample } from './remote-write-proto.ts'

/** What the receiver makes of a request: a status, or something that is none. */
export type ReceiverAnswer =
  | number
  | 'hang'
  | 'reset'
  | 'take_and_reset'
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }

/** A receiver of remote write that answers as it is told and keeps what it took. */
export class RemoteWriteReceiver {
  readonly taken: SentSample[] = []
  readonly requests: PeerRequest[] = []
  /** Samples of each request, whatever came of it. */
  readonly seen: SentSample[][] = []
  /** Asked for each request. */
  answer: (request: PeerRequest, samples: readonly SentSample[]) => ReceiverAnswer = () => 204
  #url = ''

  get url(): string {
    return this.#url
  }

  static async start(t: Pick<TestContext, 'after'>): Promise<RemoteWriteReceiver> {
    const receiver = new RemoteWriteReceiver()
    const peer = await HttpPeer.start(t)
    receiver.#url = `${peer.url}/api/v1/write`
    peer.answer = (response, request) => receiver.#take(response, request)
    return receiver
  }

  #take(response: ServerResponse, request: PeerRequest): void {
    const version = request.headers['content-type']?.includes('v2.Request') === true ? '2.0' : '1.0'
    const samples = readRequest(Buffer.from(uncompress(request.body)), version)
    this.requests.push(request)
    this.seen.push(samples)
    const answer = this.answer(request, samples)
    if (answer === 'hang') return
    if (answer === 'reset') return void response.socket?.destroy()
    const { status, headers } = typeof answer === 'object' ? answer : { status: answer, headers: {} }
    const isTaken = answer === 'take_and_reset' || (status as number) < 300
    if (isTaken) this.taken.push(...samples)
    if (answer === 'take_and_reset') {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half of an ans', () => response.socket?.destroy())
      return
    }
    const written = version === '2.0' && isTaken ? { 'x-prometheus-remote-write-samples-written': samples.length } : {}
    response.writeHead(status as number, { ...written, ...headers }).end(isTaken ? undefined : 'no')
  }
}
