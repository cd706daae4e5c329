import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, duration, list, type Static, section, text } from '#lib/config/schema.ts'
import { compilePattern } from '#lib/match/pattern.ts'

const COLLECTOR_NAMES = [
  ...['arp', 'bonding', 'conntrack', 'cpu', 'cpufreq', 'diskstats', 'dmi', 'edac', 'entropy', 'filefd'],
  ...['filesystem', 'hwmon', 'loadavg', 'meminfo', 'netclass', 'netdev', 'netstat', 'os', 'pressure'],
  ...[
    'schedstat',
    'selinux',
    'sockstat',
    'softnet',
    'stat',
    'textfile',
    'thermal_zone',
    'time',
    'udp_queues',
    'uname',
    'vmstat',
  ],
] as const

export type CollectorName = (typeof COLLECTOR_NAMES)[number]

/** node_exporter's defaults, and what kube-prometheus adds for nodes with pods. */
const DEFAULTS = {
  disks: '^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$',
  mountPoints:
    '^/(dev|proc|run/(containerd|credentials|crio|k3s/containerd|netns|user)/.+|sys|var/lib/(containerd|containers/storage|docker|kubelet/pods|rancher/k3s)/.+)($|/)',
  fsTypes:
    '^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|erofs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs)$',
  devices: '^(veth.*|cali.*|lxc.*|[a-f0-9]{15})$',
  netstat:
    '^(.*_(InErrors|InErrs)|Ip_Forwarding|Ip(6|Ext)_(InOctets|OutOctets)|Icmp6?_(InMsgs|OutMsgs)|TcpExt_(Listen.*|Syncookies.*|TCPSynRetrans|TCPTimeouts|TCPOFOQueue|TCPRcvQDrop)|Tcp_(ActiveOpens|InSegs|OutSegs|OutRsts|PassiveOpens|RetransSegs|CurrEstab)|Udp6?_(InDatagrams|OutDatagrams|NoPorts|RcvbufErrors|SndbufErrors))$',
  vmstat: '^(oom_kill|pgpg|pswp|pg.*fault).*',
} as const

/** The part of the agent's configuration that is about metrics of the node. */
export function nodeSection() {
  const pattern = (description: string, byDefault: string) =>
    text({ description: `RE2 pattern; none if it is empty. ${description}`, default: byDefault })
  return section("Metrics of the node under node_exporter's names, which it then need not run.", {
    enabled: boolean({ description: 'Whether they are gathered.', default: true }),
    job: text({
      description: "Value of `job`, which kubernetes-mixin's dashboards look for.",
      default: 'node-exporter',
    }),
    instance: text({
      description: "Value of `instance`. By default the address of the node with node_exporter's port, 9100.",
      default: '',
    }),
    collectors: list(choice(COLLECTOR_NAMES, { description: 'Name of a collector, as node_exporter has it.' }), {
      description: 'What is gathered.',
      default: COLLECTOR_NAMES,
    }),
    proc_root: text({
      description: 'Where /proc of the node is. In a pod mount it, or what is gathered is about the pod.',
      default: '/proc',
      minLength: 1,
    }),
    sys_root: text({ description: 'Where /sys of the node is.', default: '/sys', minLength: 1 }),
    rootfs: text({
      description: 'Where the root of the node is mounted; needed for `filesystem` and `os`.',
      default: '/',
      minLength: 1,
    }),
    udev_data: text({ description: 'Where the database of udev is; empty for nowhere.', default: '/run/udev/data' }),
    cpu: section('Collector `cpu`.', {
      guest: boolean({ description: 'Whether the time of guests is gathered.', default: true }),
      info: boolean({ description: 'Whether `node_cpu_info` is, a series for each processor.', default: false }),
    }),
    stat: section('Collector `stat`.', {
      softirq: boolean({ description: 'Whether soft interrupts are gathered by vector.', default: false }),
    }),
    diskstats: section('Collector `diskstats`.', {
      device_exclude: pattern('Devices that are left out.', DEFAULTS.disks),
    }),
    filesystem: section('Collector `filesystem`.', {
      mount_points_exclude: pattern('Mount points that are left out.', DEFAULTS.mountPoints),
      fs_types_exclude: pattern('Types of file systems that are left out.', DEFAULTS.fsTypes),
      mount_timeout: duration({
        description: 'How long a file system may take to say how full it is. One that takes longer is left alone.',
        default: '5s',
      }),
    }),
    netdev: section('Collectors `netdev` and `arp`.', {
      device_exclude: pattern('Devices that are left out.', DEFAULTS.devices),
    }),
    netclass: section('Collector `netclass`.', {
      ignored_devices: pattern('Devices that are left out.', DEFAULTS.devices),
    }),
    netstat: section('Collector `netstat`.', { fields: pattern('Counters that are gathered.', DEFAULTS.netstat) }),
    textfile: section('Collector `textfile`.', {
      directories: list(text({ description: 'A directory.', minLength: 1 }), {
        description:
          'Where other programs write metrics, as `*.prom` in the text format of Prometheus, without timestamps. A program should write to another name and rename the file.',
        default: [],
      }),
    }),
    vmstat: section('Collector `vmstat`.', { fields: pattern('Counters that are gathered.', DEFAULTS.vmstat) }),
  })
}

export type NodeConfig = Static<ReturnType<typeof nodeSection>>

/** Checks what the schema does not say. */
export function checkNode(config: NodeConfig, path: Path, report: Report): void {
  const patterns: readonly (readonly [section: string, key: string, pattern: string])[] = [
    ['diskstats', 'device_exclude', config.diskstats.device_exclude],
    ['filesystem', 'mount_points_exclude', config.filesystem.mount_points_exclude],
    ['filesystem', 'fs_types_exclude', config.filesystem.fs_types_exclude],
    ['netdev', 'device_exclude', config.netdev.device_exclude],
    ['netclass', 'ignored_devices', config.netclass.ignored_devices],
    ['netstat', 'fields', config.netstat.fields],
    ['vmstat', 'fields', config.vmstat.fields],
  ]
  for (const [part, key, pattern] of patterns) {
    const compiled = compilePattern(pattern)
    if (!compiled.ok) report([...path, part, key], `${key}: ${compiled.problem}`)
  }
  for (const key of ['proc_root', 'sys_root', 'rootfs'] as const) {
    if (!config[key].startsWith('/')) report([...path, key], `${key} must be an absolute path`)
  }
}
