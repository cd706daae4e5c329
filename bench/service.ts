import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { launchOf, type ServiceName } from '../cli/launch.ts'

/** Starts a service as `vedette <service>` does; resolves once it is ready, with its addresses. */
export async function startService(
  service: ServiceName,
  flags: readonly string[],
  execArgv: readonly string[] = [],
): Promise<{
  readonly process: ChildProcess
  readonly pid: number
  readonly addresses: Readonly<Record<string, string>>
}> {
  const { args, env } = launchOf(service, flags)
  const entry = args.findIndex((arg) => !arg.startsWith('-'))
  const child = fork(args[entry]!, args.slice(entry + 1), {
    execArgv: [...args.slice(0, entry), ...execArgv],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ready = once(child, 'message') as Promise<[{ ready: Record<string, string> }]>
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${service} ended with exit code ${code}`)
  })
  const [message] = await Promise.race([ready, ended])
  return { process: child, pid: child.pid!, addresses: message.ready }
}

/** Stops it as SIGTERM does, and kills it if that takes too long. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exited
  clearTimeout(timer)
}
