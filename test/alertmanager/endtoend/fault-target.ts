import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

/** A target of Prometheus whose disks break when they are told to. */
export interface FaultTarget {
  readonly address: string
  /** The disks that are broken. */
  readonly broken: Set<string>
}

export async function faultTarget(t: Pick<TestContext, 'after'>, disks: readonly string[]): Promise<FaultTarget> {
  const broken = new Set<string>()
  const server = createServer((_request, response) => {
    const lines = disks.map((disk) => `disk_broken{disk="${disk}"} ${broken.has(disk) ? 1 : 0}\n`)
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
    response.end(`# TYPE disk_broken gauge\n${lines.join('')}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, broken }
}
