import type { ListenTarget } from './listeners.ts'

/** The first descriptor that systemd hands over, see sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3

/**
 * The sockets that systemd opened for this process (socket activation).
 *
 * @returns none if they are for another process, or if there are none
 */
export function systemdSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly ListenTarget[] {
  if (env.LISTEN_PID !== String(pid)) return []
  const count = Number(env.LISTEN_FDS)
  if (!Number.isInteger(count) || count < 1) return []
  return Array.from({ length: count }, (_, index) => ({ fd: FIRST_DESCRIPTOR + index }))
}
