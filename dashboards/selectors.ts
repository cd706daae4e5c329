/*
 * How series are chosen, in one place: whoever scrapes under other names changes it here and runs `npm run dashboards`.
 */

/** The targets that are chosen above the dashboard. */
export const TARGET = 'cluster=~"$cluster", job=~"$job", instance=~"$instance"'

/** Pods, of whatever target; for series that no target of ours has, as those of kube-state-metrics. */
export const PODS = 'cluster=~"$cluster", namespace=~"$namespace", pod=~"$pod"'

/** Containers themselves: neither the sandbox nor the group of the pod, which would be counted twice. */
export const CONTAINERS = `${TARGET}, namespace=~"$namespace", pod=~"$pod", container=~"$container", container!="", image!=""`

/** Network of pods, which is the sandbox's. */
export const POD_NETWORK = `${TARGET}, namespace=~"$namespace", pod=~"$pod"`

/** In rules, where there is nothing to choose. Also kubernetes-mixin's, and what the agents put on what they gather. */
export const CADVISOR = 'job="cadvisor"'
export const KUBELET = 'job="kubelet"'
export const NODE_EXPORTER = 'job="node-exporter"'
export const KUBE_STATE_METRICS = 'job="kube-state-metrics"'

/** Disks, as opposed to loops, RAM disks and what is made of disks. */
export const DISK_DEVICES = 'device=~"(/dev/)?(mmcblk.p.+|nvme.+|rbd.+|sd.+|vd.+|xvd.+|dm-.+|md.+|dasd.+)"'

/** File systems that can fill up. */
export const FILE_SYSTEMS =
  'fstype!="", fstype!~"tmpfs|ramfs|overlay|squashfs|iso9660|nsfs|proc|sysfs|cgroup2?", mountpoint!=""'

/** Network interfaces of the node, not those of its pods. */
export const NODE_INTERFACES = 'device!~"lo|veth.*|cali.*|cilium.*|cni.*|lxc.*|nodelocaldns|tunl.*|docker.*|flannel.*"'

/** Levels of logs at which something failed. */
export const ERROR_LEVELS = 'level=~"(?i:error|fatal|critical|alert|emerg.*|panic)"'

/** What the agent drops though nobody told it to. */
export const UNINTENDED_DROPS = 'reason!~"rate_limit|rule:.*"'
