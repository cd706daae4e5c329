import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { lastingPort } from './lasting-port.ts'
import { readMetric } from './read-metric.ts'

export interface StackOptions {
  readonly podsDir?: string
  readonly dataDir: string
  readonly configDir?: string
  readonly extraFlags?: readonly string[]
  /** Reuse of an offset, for a second start on the same ports. */
  readonly portOffset?: number
}

const DEFAULT_PORTS = [4317, 4318, 9093, 9200, 9464, 9465]
const MAIN = join(import.meta.dirname, '..', '..', 'cli', 'main.ts')

/** `vedette up` as a real process, with what it printed and where its services are. */
export class Stack {
  readonly process: ChildProcess
  readonly portOffset: number
  /** Lines on standard error: the logs of all services. */
  readonly log: string[] = []
  readonly output: string[] = []
  /** Process ids of services that are ready, by name. */
  readonly pids = new Map<string, number>()
  readonly startedAtMs = performance.now()
  #addresses: Readonly<Record<string, string>> | undefined

  private constructor(options: StackOptions, portOffset: number) {
    this.portOffset = portOffset
    const flags = [`--data-dir=${options.dataDir}`, `--port-offset=${portOffset}`, ...(options.extraFlags ?? [])]
    if (options.podsDir !== undefined) flags.push(`--pods-dir=${options.podsDir}`)
    if (options.configDir !== undefined) flags.push(`--config-dir=${options.configDir}`)
    this.process = spawn(process.execPath, [MAIN, 'up', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
    createInterface({ input: this.process.stderr! }).on('line', (line) => this.#read(line))
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.output.push(line))
  }

  static async start(options: StackOptions): Promise<Stack> {
    const stack = new Stack(options, options.portOffset ?? (await freePortOffset()))
    await stack.#untilReady()
    return stack
  }

  /** Starts what is expected to fail; resolves with its end. */
  static async startFailing(options: StackOptions): Promise<{ stack: Stack; code: number | null }> {
    const stack = new Stack(options, options.portOffset ?? (await freePortOffset()))
    const [code] = (await once(stack.process, 'close')) as [number | null]
    return { stack, code }
  }

  #read(line: string): void {
    this.log.push(line)
    const ready = / service=(\w+) msg=ready .*\bpid=(\d+)/.exec(line)
    if (ready !== null) this.pids.set(ready[1]!, Number(ready[2]))
  }

  async #untilReady(): Promise<void> {
    while (this.#addresses === undefined) {
      if (this.process.exitCode !== null) throw new Error(`vedette up ended:\n${this.log.join('\n')}`)
      const line = this.output.find((candidate) => candidate.startsWith('vedette ready '))
      if (line !== undefined) {
        this.#addresses = Object.fromEntries(
          line
            .split(' ')
            .slice(2)
            .map((pair) => pair.split('=') as [string, string]),
        )
      } else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  /** URL of `ui`, `elasticsearch`, `alertmanager` or `otlp`, as the ready line says. */
  url(name: string): string {
    const url = this.#addresses?.[name]
    if (url === undefined) throw new Error(`the ready line has no ${name}`)
    return url
  }

  /** Kills a service the hard way; false if it is not ready at the moment. */
  kill(service: string): boolean {
    const pid = this.pids.get(service)
    if (pid === undefined) return false
    this.pids.delete(service)
    try {
      return process.kill(pid, 'SIGKILL')
    } catch {
      return false
    }
  }

  /** The value of a metric, summed over its series. */
  async metric(service: 'agent' | 'collector' | 'store', name: string): Promise<number> {
    const url = {
      agent: `http://127.0.0.1:${9465 + this.portOffset}`,
      collector: this.url('ui'),
      store: this.url('elasticsearch'),
    }[service]
    return readMetric(await (await fetch(`${url}/metrics`)).text(), name)
  }

  /** As Ctrl-C; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode
    const closed = once(this.process, 'close') as Promise<[number | null]>
    this.process.kill('SIGINT')
    const [code] = await closed
    return code
  }
}

/** An offset at which all default ports are free, at this moment. */
async function freePortOffset(): Promise<number> {
  const [lowest] = DEFAULT_PORTS as [number]
  return (await lastingPort(DEFAULT_PORTS.map((port) => port - lowest))) - lowest
}
