import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { launchOf } from '../../cli/launch.ts'
import { endChild, untilReady } from './forked-service.ts'
import { readMetric } from './read-metric.ts'

export interface AgentProcessOptions {
  readonly podsDir: string
  readonly stateDir: string
  /** Base URL of the collector. */
  readonly collector: string
  /** `key=value`, as of `--set`. */
  readonly settings: readonly string[]
  /** Flags of Node. */
  readonly nodeFlags: readonly string[]
}

/** Waits short enough for a test; no metrics, so that each request that a collector sees is one of logs. */
const QUICK = ['gather.enabled=false', 'ship.timeout=1s', 'ship.backoff.initial=50ms', 'ship.backoff.max=500ms']

/** The agent as `vedette agent` starts it, in a process of its own that can be killed and started again. */
export class AgentProcess {
  /** What all of its processes said. */
  readonly log: string[] = []
  readonly #options: AgentProcessOptions
  #child: ChildProcess | undefined
  #web = ''

  constructor(options: AgentProcessOptions) {
    this.#options = options
  }

  get pid(): number {
    return this.#running.pid!
  }

  /** Resolves once it is ready. */
  async start(): Promise<void> {
    const { podsDir, stateDir, collector, settings, nodeFlags } = this.#options
    const { args, env } = launchOf('agent', [
      ...[`--logs.pods-dir=${podsDir}`, `--storage.path=${stateDir}`, '--web.listen-address=127.0.0.1:0'],
      ...[`ship.endpoints=["${collector}"]`, ...QUICK, ...settings].map((setting) => `--set=${setting}`),
    ])
    const entry = args.findIndex((arg) => !arg.startsWith('-'))
    const child = fork(args[entry]!, args.slice(entry + 1), {
      execArgv: [...args.slice(0, entry), ...nodeFlags],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    createInterface({ input: child.stderr! }).on('line', (line) => this.log.push(line))
    this.#child = child
    this.#web = (await untilReady(child)).web!
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await endChild(this.#running, 'SIGKILL')
    this.#child = undefined
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    const child = this.#running
    await endChild(child)
    this.#child = undefined
    return child.exitCode
  }

  /** Whatever state it is in. */
  async end(): Promise<void> {
    if (this.#child !== undefined) await this.kill()
  }

  /** Metrics of the process that runs, by their names without `vedette_agent_`. */
  async metrics<Name extends string>(...names: readonly Name[]): Promise<Record<Name, number>> {
    const page = await (await fetch(`${this.#web}/metrics`)).text()
    return Object.fromEntries(names.map((name) => [name, readMetric(page, `vedette_agent_${name}`)])) as Record<
      Name,
      number
    >
  }

  get #running(): ChildProcess {
    if (this.#child === undefined) throw new Error('the agent is not running')
    return this.#child
  }
}
