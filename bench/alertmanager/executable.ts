import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** The executable of this router. */
export const OURS = join(import.meta.dirname, '../../cli/alertmanager')

/** Starts a router alone, on a free port. */
export function spawnExecutable(program: string, flags: readonly string[]): ChildProcess {
  const own = ['--web.listen-address=127.0.0.1:0', '--cluster.listen-address=']
  return spawn(program, [...flags, ...own], { stdio: ['ignore', 'ignore', 'pipe'] })
}

/** Where it listens, as `host:port`, as soon as it says so. */
export async function addressOf(child: ChildProcess): Promise<string> {
  let said = ''
  for await (const chunk of child.stderr!.iterator({ destroyOnReturn: false })) {
    said += String(chunk)
    const address = /Listening on"? address=(\S+)\n/.exec(said)?.[1]
    if (address === undefined) continue
    child.stderr!.resume()
    return address
  }
  throw new Error(`it ended before it listened:\n${said}`)
}
