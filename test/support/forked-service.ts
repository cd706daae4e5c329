import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** The addresses that a service with an IPC channel serves; fails if it ends before it is ready. */
export async function untilReady(child: ChildProcess): Promise<Readonly<Record<string, string>>> {
  const ready = once(child, 'message') as Promise<[{ ready: Record<string, string> }]>
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the service ended before it was ready: ${signal ?? `exit code ${code}`}`)
  })
  const [message] = await Promise.race([ready, ended])
  return message.ready
}

/** Sends a signal and waits for the end, unless it has ended before. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}
