const ROOT = /(?:^|-)kubepods(?:\.slice)?$/
const QUALITY = /(?:^|-)(?:burstable|besteffort)(?:\.slice)?$/
const POD = /(?:^|-)pod([0-9A-Za-z_.-]+?)(?:\.slice)?$/
/** `cri-containerd-<id>.scope`, `crio-<id>.scope`, `docker-<id>.scope`, or the id alone. */
const CONTAINER = /^(?:([a-z-]+)-)?([0-9a-f]{64})(?:\.scope)?$/

/** Whether a directory of this name holds all pods, as the kubelet's cgroup drivers name it, whatever is before it. */
export function isRootOfPods(name: string): boolean {
  return ROOT.test(name)
}

/** Whether it holds the pods of a quality of service. */
export function isQualityGroup(name: string): boolean {
  return QUALITY.test(name)
}

/** The UID of the pod whose group has this name; systemd would take dashes for a path. */
export function podUidOf(name: string): string | undefined {
  return POD.exec(name)?.[1]?.replaceAll('_', '-')
}

/** The runtime's id of what runs in a group of this name below a pod's; undefined for the monitors of CRI-O. */
export function containerIdOf(name: string): string | undefined {
  const [, runtime = '', id] = CONTAINER.exec(name) ?? []
  return runtime.endsWith('conmon') ? undefined : id
}
