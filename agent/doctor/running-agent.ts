import { formatBytes } from '#lib/bytes.ts'
import { parseListenAddress } from '#lib/config/formats.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { AgentConfig } from '../config.ts'

const CHECK = 'agent'
const LONGEST_WAIT_MS = 3_000
/** Acknowledgements are written once a second. */
const LONGEST_CHECKPOINT_SECONDS = 30

/** How the agent is that runs with this configuration, if one does. */
export async function checkRunningAgent(config: AgentConfig): Promise<readonly Finding[]> {
  const address = parseListenAddress(config.web.listen_address)
  if (address === undefined || address.port === 0) return []
  const host = address.host ?? '127.0.0.1'
  const url = `http://${bracketHost(host)}:${address.port}`
  try {
    const ready = await get(`${url}/-/ready`)
    if (ready.status !== 200) return [warn(CHECK, `${url}: ${ready.text.trim()}`, 'Look at the log of the agent.')]
    return [describe(url, (await get(`${url}/metrics`)).text)]
  } catch {
    return [ok(CHECK, `none runs at ${url}`)]
  }
}

async function get(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(LONGEST_WAIT_MS) })
  return { status: response.status, text: await response.text() }
}

function describe(url: string, metrics: string): Finding {
  const read = (name: string) => Number(new RegExp(`^vedette_agent_${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? 0)
  const behind = `${formatBytes(read('bytes_behind'))} and ${Math.round(read('seconds_behind'))} s behind`
  const message = `ready at ${url}, ${behind}`
  const checkpointSeconds = read('checkpoint_age_seconds')
  if (checkpointSeconds < LONGEST_CHECKPOINT_SECONDS) return ok(CHECK, message)
  return warn(
    CHECK,
    `${message}; positions have not been written for ${Math.round(checkpointSeconds)} s`,
    'Look at the disk of state_dir: a restart would send again what was acknowledged since.',
  )
}
