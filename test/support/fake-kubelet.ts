import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { startTlsPeer, TlsPeer } from './tls-peer.ts'

/** A kubelet's `/pods`. */
export class FakeKubelet extends TlsPeer {
  /** What it answers with; a function may answer otherwise or not at all. */
  pods: string | ((response: ServerResponse, request: IncomingMessage) => void) = '{"items":[]}'

  static start(t: Pick<TestContext, 'after'>, options = {}): Promise<FakeKubelet> {
    return startTlsPeer(t, FakeKubelet, options)
  }

  protected answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.url !== '/pods') response.writeHead(404).end('404 page not found')
    else if (typeof this.pods === 'function') this.pods(response, request)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(this.pods)
  }
}
