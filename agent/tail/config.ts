import { resolve, sep } from 'node:path'
import type { Report } from '#lib/config/check.ts'
import { choice, optional, section, size, text } from '#lib/config/schema.ts'

/** The part of the agent's configuration that is about log files which the kubelet deleted before they were delivered. */
export function spoolSection() {
  return section(
    'Log files that are deleted before they are delivered: they are held by hard links, which survive a crash of the agent, or where there can be none by open descriptors.',
    {
      mode: choice(['auto', 'off'], {
        description: '`auto` makes links where it can be done, `off` holds descriptors only.',
        default: 'auto',
      }),
      dir: optional(
        text({
          description:
            'Directory of the links, of no other agent; by default `vedette-spool` beside `logs.pods_dir`. It must be on the file system of the logs and, in a container, under the same mount; not in `logs.pods_dir`, where the kubelet deletes what it does not know.',
          minLength: 1,
        }),
      ),
      max_bytes: size({
        description:
          'Most bytes of deleted files that are held by links and descriptors. Beyond it the container that holds the most loses its oldest file, which is counted.',
        default: '2GiB',
      }),
      min_free_bytes: size({
        description: 'If the file system of the logs has less space free, deleted files are given up in the same way.',
        default: '512MiB',
      }),
    },
  )
}

/** Reports a spool that is in the pods directory. */
export function checkSpoolDirectory(podsDir: string, spoolDir: string | undefined, report: Report): void {
  if (spoolDir === undefined || !`${resolve(spoolDir)}${sep}`.startsWith(`${resolve(podsDir)}${sep}`)) return
  report(['logs', 'spool', 'dir'], 'must not be in logs.pods_dir, where the kubelet deletes what is no pod of its node')
}
