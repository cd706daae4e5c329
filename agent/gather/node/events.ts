import type { Events, EventTable } from '#lib/events.ts'

/** What goes wrong while the node is looked at. */
export const NODE_EVENTS = {
  nodeCollectorFailed: {
    metric: 'gather_node_collector_failures_total',
    help: 'Times that a collector of node metrics failed; its series are missing in that round, those of the others are not.',
    level: 'warn',
    message: 'cannot read a part of the node metrics; that part is missing until it can be read',
    labels: ['collector'],
  },
  nodeMountHung: {
    metric: 'gather_node_mounts_hung_total',
    help: 'Calls of statfs that did not return in time.',
    level: 'warn',
    message:
      'a file system does not say how full it is; it has node_filesystem_device_error 1 and is asked again a minute after its call has ended. Exclude it with gather.node.filesystem.mount_points_exclude if that is known',
    linePer: 'path',
  },
  nodeMountUnreadable: {
    metric: 'gather_node_mount_errors_total',
    help: 'Calls of statfs that failed.',
    level: 'warn',
    message: 'cannot learn how full a file system is; it has node_filesystem_device_error 1',
    linePer: 'path',
  },
  nodeTextfileFailed: {
    metric: 'gather_node_textfile_failures_total',
    help: 'Reads of files of metrics (`gather.node.textfile`) that failed; none of the series of such a file is taken.',
    level: 'warn',
    message: 'cannot read a file of metrics; it is left out as a whole',
    linePer: 'path',
  },
  nodeTextfileSamplesRefused: {
    metric: 'gather_node_textfile_samples_refused_total',
    help: 'Samples in files of metrics whose series stands in them before, or whose name belongs to a metric of another kind.',
    level: 'warn',
    message: 'left out samples of files of metrics that stand there twice, or contradict others',
  },
} as const satisfies EventTable

export type NodeEvents = Events<typeof NODE_EVENTS>
