import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CaptureServer, captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'
import { startUpstream } from '../support/upstream.ts'
import { Inbox } from './inbox.ts'
import { Pulse } from './pulse.ts'

type Cleanup = Pick<TestContext, 'after'>

export interface InstanceOptions {
  readonly directory: string
  /** The program of the original; this router without. */
  readonly upstream?: string | undefined
  /** The configuration, given where the receivers are. */
  readonly configure: (hookUrl: string, isAfter: boolean) => string
}

/** As many stories ask at the same time. */
const FLAGS = ['--web.get-concurrency=1000']
const SUCCEEDED_AT = 'alertmanager_config_last_reload_success_timestamp_seconds'

/** A router as a process that may be started again with what it left, and its receivers, which stay. */
export class Instance {
  readonly #t: Cleanup
  readonly #options: InstanceOptions
  readonly #hook: CaptureServer
  readonly #inboxes: ReadonlyMap<string, Inbox>
  #client!: RouterClient
  /** By which to wait for the router to have done what it has to do. */
  readonly pulse = new Pulse(async () => (await this.#client.get('/-/healthy')).arrayBuffer())

  private constructor(
    t: Cleanup,
    options: InstanceOptions,
    receivers: { hook: CaptureServer; inboxes: ReadonlyMap<string, Inbox> },
  ) {
    this.#t = t
    this.#options = options
    this.#hook = receivers.hook
    this.#inboxes = receivers.inboxes
  }

  static async start(t: Cleanup, scenarios: readonly string[], options: InstanceOptions): Promise<Instance> {
    const inboxes = new Map(scenarios.map((name) => [name, new Inbox()]))
    const hook = await captureServer(t, ({ path, body }) => {
      const [, scenario = '', ...integration] = path.split('/')
      return inboxes.get(scenario)!.take(integration.join('/'), body)
    })
    const instance = new Instance(t, options, { hook, inboxes })
    t.after(() => instance.pulse.stop())
    await instance.#start(false)
    return instance
  }

  get client(): RouterClient {
    return this.#client
  }

  inbox(scenario: string): Inbox {
    return this.#inboxes.get(scenario)!
  }

  async restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#client.child.kill(signal)
    await this.#start(true)
  }

  /** Puts the configuration that comes after in force, and returns when it is. */
  async hangUp(): Promise<void> {
    const before = await this.#client.metric(SUCCEEDED_AT)
    this.#write(this.#configuration(true))
    this.#client.child.signal('SIGHUP')
    while ((await this.#client.metric(SUCCEEDED_AT)) === before) await sleep(20)
  }

  /** The same by a request; returns its status. */
  async reload(text = this.#configuration(true)): Promise<number> {
    this.#write(text)
    const response = await this.#client.post('/-/reload')
    await response.arrayBuffer()
    return response.status
  }

  async #start(isAfter: boolean): Promise<void> {
    const { directory, upstream } = this.#options
    const yaml = this.#configuration(isAfter)
    const started =
      upstream === undefined
        ? startRouter(this.#t, directory, yaml, FLAGS)
        : startUpstream(this.#t, directory, yaml, FLAGS, upstream)
    this.#client = await started
  }

  #configuration(isAfter: boolean): string {
    return this.#options.configure(this.#hook.url, isAfter)
  }

  #write(text: string): void {
    const { directory, upstream } = this.#options
    writeFileSync(join(directory, upstream === undefined ? 'alertmanager.yml' : 'upstream.yml'), text)
  }
}
