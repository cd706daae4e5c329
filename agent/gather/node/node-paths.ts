import type { NodeFiles } from './node-files.ts'

/** Where the file systems of the node are seen, without a slash at the end; in a container they are mounted somewhere. */
export interface NodePaths {
  readonly proc: string
  readonly sys: string
  /** The root of the node, for /etc/os-release and for mounts. Empty for `/`. */
  readonly root: string
  readonly udevData: string
  /** Of the node's network namespace: `<proc>/1/net`, or where that cannot be read the agent's own. */
  readonly net: string
}

export interface RootsConfig {
  readonly proc_root: string
  readonly sys_root: string
  readonly rootfs: string
  readonly udev_data: string
}

export function createPaths(config: RootsConfig, files: NodeFiles): NodePaths {
  const proc = withoutSlash(config.proc_root)
  return {
    proc,
    sys: withoutSlash(config.sys_root),
    root: withoutSlash(config.rootfs),
    udevData: withoutSlash(config.udev_data),
    net: findNet(proc, files),
  }
}

/** In a pod that does not share the node's network, /proc/net is the pod's; process 1 of the node's /proc has the node's. */
function findNet(proc: string, files: NodeFiles): string {
  try {
    files.read(`${proc}/1/net/dev`)
    return `${proc}/1/net`
  } catch {
    return `${proc}/net`
  }
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}
