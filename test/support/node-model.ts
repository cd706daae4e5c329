/** A file of a node, and the collectors that read it. */
export interface ModelFile {
  readonly path: string
  readonly text: string
  readonly readers: readonly string[]
}

const NET_DEV = `Inter-|   Receive                    |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
  eth0: 880290000   50180    0    1    0     0          0         0  4557809   38297    0    0    0     0       0          0
    lo: 12519926968  338030    0    0    0     0          0         0 12519926968  338030    0    0    0     0       0          0
`
const STAT = `cpu  174319 57603 70216 249534 1415 0 799 273 0 0
cpu0 87387 26184 34639 127996 389 0 230 132 0 0
cpu1 86931 31418 35577 121537 1025 0 569 140 0 0
intr 10702553 0 0
ctxt 43379420
btime 1795250694
processes 439279
procs_running 2
procs_blocked 0
softirq 2032322 0 262214 81 309454 241991 0 3173 396048 52178 767183
`
const PRESSURE = `some avg10=80.65 avg60=82.33 avg300=78.23 total=1157334431
full avg10=0.00 avg60=0.00 avg300=0.00 total=44
`
const PROC: readonly (readonly [path: string, text: string, ...readers: string[]])[] = [
  ['stat', STAT, 'cpu', 'stat'],
  ['meminfo', 'MemTotal:       24684092 kB\nActive(anon):       1688 kB\nHugePages_Total:       0\n', 'meminfo'],
  ['loadavg', '3.63 4.07 3.25 4/305 19955\n', 'loadavg'],
  ['vmstat', 'nr_free_pages 5\npgpgin 6216557\npgfault 76086675\noom_kill 34\n', 'vmstat'],
  ['pressure/cpu', PRESSURE, 'pressure'],
  ['pressure/io', PRESSURE, 'pressure'],
  [
    'diskstats',
    ` 254       0 vda 254817 35430 12433114 305499 142628 233672 33963408 181854 0 41292 496277 38552 88 17607072 6593 27839 2330\n`,
    'diskstats',
  ],
  ['net/dev', NET_DEV, 'netdev'],
  [
    'net/netstat',
    'TcpExt: SyncookiesSent ListenDrops TW\nTcpExt: 1 2 3\nIpExt: InOctets OutOctets\nIpExt: 4 5\n',
    'netstat',
  ],
  ['net/snmp', 'Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: ActiveOpens CurrEstab\nTcp: 1768 26\n', 'netstat'],
  ['net/snmp6', 'Ip6InOctets                     \t768\nIcmp6InMsgs                     \t6\n', 'netstat'],
  ['net/sockstat', 'sockets: used 118\nTCP: inuse 34 orphan 0 tw 9 alloc 34 mem 70\n', 'sockstat'],
  ['net/sockstat6', 'TCP6: inuse 0\nFRAG6: inuse 0 memory 0\n', 'sockstat'],
  ['net/softnet_stat', '008272e7 00000000 0000000b 00000000\n007d38db 00000000 00000008 00000000\n', 'softnet'],
  ['net/udp', 'sl\n  1: 00000000:0044 00000000:0000 07 00000010:000000FF 00:0 0 0 0 0\n', 'udp_queues'],
  [
    'net/arp',
    'IP address HW type\n192.0.2.1        0x1         0x2         02:fc:00:00:00:05     *        eth0\n',
    'arp',
  ],
  ['net/stat/nf_conntrack', 'entries found drop\n00000007  000000ff 00000001\n', 'conntrack'],
  ['sys/net/netfilter/nf_conntrack_count', '7\n', 'conntrack'],
  ['sys/net/netfilter/nf_conntrack_max', '262144\n', 'conntrack'],
  ['sys/kernel/random/entropy_avail', '256\n', 'entropy'],
  ['sys/kernel/random/poolsize', '256\n', 'entropy'],
  ['sys/fs/file-nr', '1060\t0\t2466177\n', 'filefd'],
  ['schedstat', 'version 15\ncpu0 0 0 0 0 0 0 1500000000 2000000000 7\n', 'schedstat'],
  ['1/mountinfo', '27 1 254:0 / / rw,relatime - cgroup /dev/vda rw\n', 'filesystem'],
  ...['ostype', 'osrelease', 'version', 'hostname', 'domainname'].map((name): [string, string, string] => [
    `sys/kernel/${name}`,
    `${name}\n`,
    'uname',
  ]),
]
const SYS: readonly (readonly [path: string, text: string, ...readers: string[]])[] = [
  ['class/net/eth0/operstate', 'up\n', 'netclass'],
  ['class/net/eth0/flags', '0x1003\n', 'netclass'],
  ['class/net/eth0/ifalias', 'Büro\n', 'netclass'],
  ['class/net/eth0/statistics/rx_nohandler', '7\n', 'netdev', 'netclass'],
  ['class/net/bonding_masters', 'bond0\n', 'bonding', 'netclass'],
  ['class/net/bond0/bonding/slaves', 'eth0 eth1\n', 'bonding', 'netclass'],
  ['class/thermal/thermal_zone0/type', 'x86_pkg_temp\n', 'thermal_zone'],
  ['class/thermal/thermal_zone0/temp', '45500\n', 'thermal_zone'],
  ['class/hwmon/hwmon0/name', 'coretemp\n', 'hwmon'],
  ['class/hwmon/hwmon0/temp1_input', '45500\n', 'hwmon'],
  ['class/hwmon/hwmon0/temp1_label', 'Package id 0\n', 'hwmon'],
  ['class/dmi/id/sys_vendor', 'Acme\n', 'dmi'],
  ['devices/system/cpu/isolated', '1-2\n', 'cpu'],
  ['devices/system/cpu/cpu0/cpufreq/scaling_cur_freq', '2400000\n', 'cpufreq', 'cpu'],
  ['devices/system/edac/mc/mc0/ce_count', '1\n', 'edac'],
  ['devices/system/clocksource/clocksource0/current_clocksource', 'tsc\n', 'time'],
  ['fs/selinux/enforce', '1', 'selinux'],
]

/** A node that has something of everything. */
export const NODE_FILES: readonly ModelFile[] = [
  ...PROC.map(([path, text, ...readers]) => ({ path: `/proc/${path}`, text, readers })),
  ...SYS.map(([path, text, ...readers]) => ({ path: `/sys/${path}`, text, readers })),
  { path: '/etc/os-release', text: 'NAME="Debian"\nID=debian\nVERSION_ID="12"\n', readers: ['os'] },
]
