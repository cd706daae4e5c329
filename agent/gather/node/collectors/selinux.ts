import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { readIfThere } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'

const ENABLED = gauge('node_selinux_enabled', 'Whether SELinux is enabled.')
const CONFIG_MODE = gauge(
  'node_selinux_config_mode',
  'Mode of its configuration: 1 enforcing, 0 permissive, -1 disabled.',
)
const CURRENT_MODE = gauge('node_selinux_current_mode', 'Mode in force: 1 enforcing, 0 permissive.')
const MODES: Readonly<Record<string, number>> = { enforcing: 1, permissive: 0, disabled: -1 }

/** Whether SELinux is enabled, and its mode. */
export const createSelinuxCollector: CollectorFactory = ({ files, paths }) => {
  return (points) => {
    const current = parseOptional(readIfThere(files, `${paths.sys}/fs/selinux/enforce`))
    points.single(ENABLED, current === undefined ? 0 : 1)
    if (current === undefined) return
    const config = readIfThere(files, `${paths.root}/etc/selinux/config`) ?? ''
    const mode = /^\s*SELINUX=(\w+)/m.exec(config)?.[1] ?? ''
    points.single(CONFIG_MODE, MODES[mode.toLowerCase()] ?? -1)
    points.single(CURRENT_MODE, current)
  }
}
