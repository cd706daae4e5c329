import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TestContext } from 'node:test'
import { startTlsPeer, TlsPeer } from './tls-peer.ts'

/** A pod as a test describes it. */
export interface PodShape {
  readonly uid: string
  readonly name?: string
  readonly nodeName?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

interface Change {
  readonly version: number
  readonly line: string
  readonly nodeName: string
}

/** An API server's pods, with lists, watches, resource versions and a history that can be compacted. */
export class FakeApiServer extends TlsPeer {
  /** The query of every request that was let in, in order. */
  readonly queries: URLSearchParams[] = []
  /** Answers the next requests in place of the server, in turn. */
  readonly instead: ((response: ServerResponse, request: IncomingMessage) => void)[] = []
  /** Whether watches stay open without a word. */
  isSilent = false
  readonly #pods = new Map<string, { readonly shape: PodShape; version: number }>()
  readonly #watches = new Map<ServerResponse, string>()
  #changes: Change[] = []
  #version = 100
  /** Watches cannot begin before this. */
  #compacted = 0

  static start(t: Pick<TestContext, 'after'>, options = {}): Promise<FakeApiServer> {
    return startTlsPeer(t, FakeApiServer, options)
  }

  get lists(): readonly URLSearchParams[] {
    return this.queries.filter((query) => query.get('watch') === null)
  }

  get watchCount(): number {
    return this.#watches.size
  }

  put(shape: PodShape): void {
    const type = this.#pods.has(shape.uid) ? 'MODIFIED' : 'ADDED'
    this.#version += 1
    this.#pods.set(shape.uid, { shape, version: this.#version })
    this.#record(type, shape)
  }

  remove(uid: string): void {
    const { shape } = this.#pods.get(uid)!
    this.#pods.delete(uid)
    this.#version += 1
    this.#record('DELETED', shape)
  }

  /** Something happened to pods of other nodes; the watchers are told how far the history goes. */
  bookmark(): void {
    this.#version += 10
    this.#write('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: String(this.#version) }, spec: {} })
  }

  /** Forgets the history. Watches under way go on. */
  compact(): void {
    this.#version += 1
    this.#compacted = this.#version
    this.#changes = []
  }

  /** Writes to every watch. */
  #write(type: string, object: object): void {
    this.send(`${JSON.stringify({ type, object })}\n`)
  }

  /** Writes bytes to every watch. */
  send(text: string): void {
    if (this.isSilent) return
    for (const watch of this.#watches.keys()) watch.write(text)
  }

  /** Ends every watch as a server does, or cuts its connection. */
  endWatches({ cut = false } = {}): void {
    for (const watch of this.#watches.keys()) {
      if (cut) watch.destroy()
      else watch.end()
    }
    this.#watches.clear()
  }

  protected answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://server')
    this.queries.push(url.searchParams)
    const other = this.instead.shift()
    const nodeName = /^spec\.nodeName=(.+)$/.exec(url.searchParams.get('fieldSelector') ?? '')?.[1]
    if (other !== undefined) other(response, request)
    else if (url.pathname !== '/api/v1/pods' || nodeName === undefined) refuse(response, 404, 'not found')
    else if (url.searchParams.get('watch') === 'true') this.#watch(url.searchParams, nodeName, response)
    else this.#list(nodeName, response)
  }

  #list(nodeName: string, response: ServerResponse): void {
    const items = [...this.#pods.values()]
      .filter(({ shape }) => nodeOf(shape) === nodeName)
      .map(({ shape, version }) => podOf(shape, version))
    const metadata = { resourceVersion: String(this.#version) }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items }))
  }

  #watch(query: URLSearchParams, nodeName: string, response: ServerResponse): void {
    const since = Number(query.get('resourceVersion'))
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    if (since < this.#compacted) {
      const object = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410, message: 'too old' }
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
      return
    }
    this.#watches.set(response, nodeName)
    response.once('close', () => this.#watches.delete(response))
    if (this.isSilent) return
    for (const { version, line, nodeName: node } of this.#changes) {
      if (version > since && node === nodeName) response.write(line)
    }
  }

  #record(type: string, shape: PodShape): void {
    const line = `${JSON.stringify({ type, object: podOf(shape, this.#version) })}\n`
    this.#changes.push({ version: this.#version, line, nodeName: nodeOf(shape) })
    if (this.isSilent) return
    for (const [watch, nodeName] of this.#watches) if (nodeName === nodeOf(shape)) watch.write(line)
  }
}

/** A Status, as the API server refuses. */
export function refuse(response: ServerResponse, code: number, message: string, headers = {}): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify({ kind: 'Status', status: 'Failure', message, code }))
}

function nodeOf({ nodeName = 'node-1' }: PodShape): string {
  return nodeName
}

function podOf(shape: PodShape, version: number): object {
  const { uid, name = `pod-${uid}`, labels = {}, annotations = {} } = shape
  const metadata = { name, namespace: 'shop', uid, resourceVersion: String(version), labels, annotations }
  return { metadata, spec: { nodeName: nodeOf(shape), containers: [{ name: 'app', image: 'app:1' }] }, status: {} }
}
