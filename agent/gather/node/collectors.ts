import type { CollectorFactory } from './collector.ts'
import { createArpCollector } from './collectors/arp.ts'
import { createBondingCollector } from './collectors/bonding.ts'
import { createConntrackCollector } from './collectors/conntrack.ts'
import { createCpuCollector } from './collectors/cpu.ts'
import { createCpufreqCollector } from './collectors/cpufreq.ts'
import { createDiskstatsCollector } from './collectors/diskstats.ts'
import { createDmiCollector } from './collectors/dmi.ts'
import { createEdacCollector } from './collectors/edac.ts'
import { createEntropyCollector } from './collectors/entropy.ts'
import { createFilefdCollector } from './collectors/filefd.ts'
import { createFilesystemCollector } from './collectors/filesystem.ts'
import { createHwmonCollector } from './collectors/hwmon.ts'
import { createLoadavgCollector } from './collectors/loadavg.ts'
import { createMeminfoCollector } from './collectors/meminfo.ts'
import { createNetclassCollector } from './collectors/netclass.ts'
import { createNetdevCollector } from './collectors/netdev.ts'
import { createNetstatCollector } from './collectors/netstat.ts'
import { createOsCollector } from './collectors/os-release.ts'
import { createPressureCollector } from './collectors/pressure.ts'
import { createSchedstatCollector } from './collectors/schedstat.ts'
import { createSelinuxCollector } from './collectors/selinux.ts'
import { createSockstatCollector } from './collectors/sockstat.ts'
import { createSoftnetCollector } from './collectors/softnet.ts'
import { createStatCollector } from './collectors/stat.ts'
import { createTextfileCollector } from './collectors/textfile.ts'
import { createThermalZoneCollector } from './collectors/thermal-zone.ts'
import { createTimeCollector } from './collectors/time.ts'
import { createUdpQueuesCollector } from './collectors/udp-queues.ts'
import { createUnameCollector } from './collectors/uname.ts'
import { createVmstatCollector } from './collectors/vmstat.ts'
import type { CollectorName } from './config.ts'

/** Every collector, by its name in node_exporter. In this order they run: what waits for something is last. */
export const COLLECTORS: Readonly<Record<CollectorName, CollectorFactory>> = {
  cpu: createCpuCollector,
  meminfo: createMeminfoCollector,
  loadavg: createLoadavgCollector,
  stat: createStatCollector,
  pressure: createPressureCollector,
  vmstat: createVmstatCollector,
  diskstats: createDiskstatsCollector,
  netdev: createNetdevCollector,
  netstat: createNetstatCollector,
  sockstat: createSockstatCollector,
  softnet: createSoftnetCollector,
  udp_queues: createUdpQueuesCollector,
  conntrack: createConntrackCollector,
  arp: createArpCollector,
  netclass: createNetclassCollector,
  bonding: createBondingCollector,
  cpufreq: createCpufreqCollector,
  schedstat: createSchedstatCollector,
  filefd: createFilefdCollector,
  entropy: createEntropyCollector,
  time: createTimeCollector,
  uname: createUnameCollector,
  os: createOsCollector,
  dmi: createDmiCollector,
  selinux: createSelinuxCollector,
  edac: createEdacCollector,
  thermal_zone: createThermalZoneCollector,
  hwmon: createHwmonCollector,
  textfile: createTextfileCollector,
  filesystem: createFilesystemCollector,
}
