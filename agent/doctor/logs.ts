import { dirname } from 'node:path'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { createSelection } from '../pipeline.ts'
import { inspectLogTree, type LogTree, type Trouble } from './log-tree.ts'
import { type Rights, rightsOf, type System } from './system.ts'

/** The pods directory, and undefined for its content if it cannot be looked at. */
export function checkPodsDirectory(
  config: AgentConfig,
  system: System,
): { readonly tree: LogTree | undefined; readonly findings: readonly Finding[] } {
  const { pods_dir: root } = config.logs
  try {
    const tree = inspectLogTree(root, createSelection(config))
    return { tree, findings: [describeTree(tree, root), ...describeFiles(tree, rightsOf(system))] }
  } catch (error) {
    return { tree: undefined, findings: [describeRoot(root, error, rightsOf(system))] }
  }
}

function describeRoot(root: string, error: unknown, rights: Rights): Finding {
  const code = systemErrorCode(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return fail(
      'pods-directory',
      `logs.pods_dir: there is no directory ${root}`,
      "Mount the node's /var/log (in a pod a hostPath volume), of which this is a part. Where the kubelet has `podLogsDir`, name that.",
    )
  }
  return fail('pods-directory', `logs.pods_dir: ${messageOf(error)}`, readingCure(code, rights))
}

function describeTree({ pods, containers, excluded, files }: LogTree, root: string): Finding {
  const left = excluded === 0 ? '' : `, ${excluded} more excluded`
  if (pods.length === 0) {
    return warn(
      'pods-directory',
      `${root} has no directories of pods`,
      'Where pods run on this node, this is not the directory that their logs are in: check the mount and logs.pods_dir.',
    )
  }
  return ok('pods-directory', `${root}: ${pods.length} pods, ${containers} containers${left}, ${files} log files`)
}

function describeFiles({ files, troubles }: LogTree, rights: Rights): readonly Finding[] {
  if (troubles.size > 0) return [...troubles.values()].map((trouble) => describeTrouble(trouble, rights))
  return files === 0 ? [] : [ok('log-files', 'all can be opened')]
}

function describeTrouble({ code, count, path, target }: Trouble, rights: Rights): Finding {
  const others = count === 1 ? '' : `, and ${count - 1} more`
  if (code === 'DANGLING') {
    return fail(
      'log-files',
      `link to a file that is not there: ${path} -> ${target}${others}`,
      `Mount ${dockerDirectory(target)} of the node at the same path, read-only: under Docker the files are links to there.`,
    )
  }
  return fail('log-files', `cannot open (${code}): ${path}${others}`, readingCure(code, rights))
}

/** The part of a link's target that is Docker's directory of containers; else the directory that the target is in. */
function dockerDirectory(target: string): string {
  return /^.*\/docker\/containers(?=\/)/.exec(target)?.[0] ?? dirname(target)
}

/** What to do about an error of the system while reading. */
export function readingCure(code: string, { uid, readsAll }: Rights): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      if (readsAll) {
        return "This user may read everything, so a security module refuses: under SELinux set seLinuxOptions {type: spc_t} in the container's securityContext."
      }
      return uid === 0
        ? "Give the process the capability DAC_READ_SEARCH (securityContext.capabilities.add): logs that are not root's need it."
        : `Run as uid 0 (it is ${uid}) or with the capability DAC_READ_SEARCH: log files are root's, mode 0640.`
    case 'ELOOP':
      return 'A link leads back to itself. Remove it; nothing can be read there.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files (LimitNOFILE= of the service or of the container runtime).'
    default:
      return 'Look at the disk and the mount below this path (`dmesg`, `mount`).'
  }
}
