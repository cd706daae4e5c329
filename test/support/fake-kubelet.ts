import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { startTlsPeer, TlsPeer } from './tls-peer.ts'

/** A kubelet's `/pods`, and what pages it is given. */
export class FakeKubelet extends TlsPeer {
  /** What it answers with; a function may answer otherwise or not at all. */
  pods: string | ((response: ServerResponse, request: IncomingMessage) => void) = '{"items":[]}'
  /** Other pages, by path. */
  readonly pages = new Map<string, string | Buffer | ((response: ServerResponse) => void)>()

  static start(t: Pick<TestContext, 'after'>, options = {}): Promise<FakeKubelet> {
    return startTlsPeer(t, FakeKubelet, options)
  }

  protected answer(request: IncomingMessage, response: ServerResponse): void {
    const page = this.pages.get(request.url ?? '')
    if (typeof page === 'function') page(response)
    else if (page !== undefined) response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(page)
    else if (request.url !== '/pods') response.writeHead(404).end('404 page not found')
    else if (typeof this.pods === 'function') this.pods(response, request)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(this.pods)
  }
}
