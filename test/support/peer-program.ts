import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { endChild } from './forked-service.ts'

/** Programs of Prometheus that Debian has, at the paths where its packages put them. */
export const PEERS = {
  prometheus: '/usr/bin/prometheus',
  promtool: '/usr/bin/promtool',
  nodeExporter: '/usr/bin/prometheus-node-exporter',
  pushgateway: '/usr/bin/prometheus-pushgateway',
} as const

/** What a test that needs a program is skipped for, or false if it is there. */
export function skipWithout(...paths: readonly string[]): string | false {
  const missing = paths.filter((path) => !existsSync(path))
  return missing.length === 0 ? false : `${missing.join(', ')} is missing; .ci/run names Debian's packages`
}

/** A server of another project, on a port of its own choice of the loopback interface. */
export class PeerProgram {
  readonly url: string
  readonly log: string[]
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string, log: string[]) {
    this.#child = child
    this.url = url
    this.log = log
  }

  /** Resolves once it listens, as programs that are built on Prometheus' exporter toolkit say it. Gone when the test is over. */
  static async start(t: Pick<TestContext, 'after'>, path: string, args: readonly string[]): Promise<PeerProgram> {
    const child = spawn(path, [...args, '--web.listen-address=127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] })
    t.after(() => endChild(child, 'SIGKILL'))
    const log: string[] = []
    const address = await new Promise<string>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`${path} ended before it listened:\n${log.slice(-10).join('\n')}`)))
      createInterface({ input: child.stderr }).on('line', (line) => {
        log.push(line)
        const match = /msg="Listening on".*\baddress=(\S+)/.exec(line)
        if (match !== null) resolve(match[1]!)
      })
    })
    return new PeerProgram(child, `http://${address}`, log)
  }

  /** SIGTERM, and waits for the end. */
  stop(): Promise<void> {
    return endChild(this.#child)
  }
}
