import type { Section } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import type { PanelFactory } from './panels.ts'
import { DISK_DEVICES, FILE_SYSTEMS, TARGET } from './selectors.ts'

const FILES = `${TARGET}, ${FILE_SYSTEMS}`
const DISKS = `${TARGET}, ${DISK_DEVICES}`
const diskRate = (metric: string) => `rate(node_disk_${metric}{${DISKS}}[$__rate_interval])`
const DISK = '{{instance}} {{device}}'

/** File systems that fill up, and disks that are slow. */
export function nodeStorageSections(panels: PanelFactory): Section[] {
  return [
    {
      title: 'File systems',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'File systems, used',
          description:
            'How full file systems are. Above the line the kubelet removes images and evicts pods: delete, or enlarge.',
          unit: 'percentunit',
          max: 1,
          limit: 1 - LIMITS.fileSystemFreeRatio,
          queries: [
            {
              expr: `1 - node_filesystem_avail_bytes{${FILES}} / node_filesystem_size_bytes{${FILES}}`,
              legend: '{{instance}} {{mountpoint}}',
            },
          ],
        }),
        panels.graph({
          title: 'Inodes, used',
          description:
            'Part of the inodes that is used. At 1 no file can be made though there is space: find the directory with many small files.',
          unit: 'percentunit',
          max: 1,
          limit: 1 - LIMITS.inodesFreeRatio,
          queries: [
            {
              expr: `1 - node_filesystem_files_free{${FILES}} / (node_filesystem_files{${FILES}} > 0)`,
              legend: '{{instance}} {{mountpoint}}',
            },
          ],
        }),
        panels.table({
          title: 'File systems full in',
          description:
            'When file systems are full if they go on as in the last six hours; those that do not fill up are left out. Less than a day: act now.',
          unit: 's',
          width: 24,
          columns: { instance: 'Node', mountpoint: 'Mounted at', 'Value #A': 'Full in', 'Value #B': 'Free' },
          units: { Free: 'bytes' },
          queries: [
            {
              expr: `sum by (instance, mountpoint) (node_filesystem_avail_bytes{${FILES}} / (-deriv(node_filesystem_avail_bytes{${FILES}}[6h]) > 0))`,
            },
            {
              expr: `sum by (instance, mountpoint) (node_filesystem_avail_bytes{${FILES}} and deriv(node_filesystem_avail_bytes{${FILES}}[6h]) < 0)`,
            },
          ],
        }),
      ],
    },
    {
      title: 'Disks',
      isCollapsed: true,
      panels: [
        panels.graph({
          title: 'Disk latency',
          description:
            'Average time of a read and of a write. More than 0.02 s on an SSD: it is overloaded, or failing.',
          unit: 's',
          queries: [
            {
              expr: `${diskRate('read_time_seconds_total')} / (${diskRate('reads_completed_total')} > 0)`,
              legend: `${DISK} read`,
            },
            {
              expr: `${diskRate('write_time_seconds_total')} / (${diskRate('writes_completed_total')} > 0)`,
              legend: `${DISK} write`,
            },
          ],
        }),
        panels.graph({
          title: 'Disk utilisation',
          description:
            'Part of the time in which a disk had something to do. Near 1 with latency that grows: spread the load.',
          unit: 'percentunit',
          max: 1,
          queries: [{ expr: diskRate('io_time_seconds_total'), legend: DISK }],
        }),
        panels.graph({
          title: 'Disk saturation',
          description:
            'Requests that wait on average. Above the line programs wait for the disk: find them in Pods, disk writes.',
          unit: 'short',
          limit: LIMITS.diskSaturation,
          queries: [{ expr: diskRate('io_time_weighted_seconds_total'), legend: DISK }],
        }),
        panels.graph({
          title: 'Disk throughput',
          description: 'Bytes read and written. At what the disk or the cloud volume promises: take a faster one.',
          unit: 'Bps',
          queries: [
            { expr: diskRate('read_bytes_total'), legend: `${DISK} read` },
            { expr: diskRate('written_bytes_total'), legend: `${DISK} written` },
          ],
        }),
      ],
    },
  ]
}
