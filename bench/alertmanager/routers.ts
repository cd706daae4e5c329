import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'

import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastingPort } from '../../test/support/lasting-port.ts'
import { startService, stopProcess } from '../service.ts'

/** A router under measurement. */
export interface Router {
  readonly who: string
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

export type StartRouter = (hook: string) => Promise<Router>

const GROUP_WAIT = '1s'
export const GROUP_WAIT_MS = 1_000

function prepare(hook: string) {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const config = join(directory, 'alertmanager.yml')
  writeFileSync(
    config,
    `route:
  receiver: nobody
  group_by: [alertname]
  group_wait: ${GROUP_WAIT}
  group_interval: 5m
  routes:
    - matchers: [delay="yes"]
      receiver: hook
receivers:
  - name: nobody
  - name: hook
    webhook_configs: [{url: '${hook}'}]
`,
  )
  const flags = [`--config.file=${config}`, `--storage.path=${join(directory, 'data')}`, '--cluster.listen-address=']
  return { flags, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export const startVedette: StartRouter = async (hook) => {
  const { flags, remove } = prepare(hook)
  const service = await startService('alertmanager', [
    ...flags,
    '--web.listen-address=127.0.0.1:0',
    '--log.level=error',
  ])
  const stop = () => stopProcess(service.process).finally(remove)
  return { who: 'vedette', url: service.addresses.web!, pid: service.pid, stop }
}

/** Debian's, if it is installed. */
export const startDebian: StartRouter = async (hook) => {
  const { flags, remove } = prepare(hook)
  const url = `http://127.0.0.1:${await lastingPort()}`
  const child = spawn('prometheus-alertmanager', [...flags, `--web.listen-address=${url.slice(7)}`], {
    stdio: 'ignore',
  })
  await answering(url, child)
  return { who: 'alertmanager', url, pid: child.pid!, stop: () => stopProcess(child).finally(remove) }
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`prometheus-alertmanager ended with exit code ${child.exitCode}`)
    const isThere = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
