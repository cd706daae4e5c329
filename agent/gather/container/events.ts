import type { Events, EventTable } from '#lib/events.ts'

/** What happens while metrics of containers are read. */
export const CONTAINER_EVENTS = {
  podGroupsMissing: {
    metric: 'gather_pod_groups_missing_total',
    help: 'Rounds in which no control groups of pods were found.',
    level: 'warn',
    linePer: 'path',
    message:
      "there are no control groups of pods (kubepods) below gather.containers.cgroup_root: no metrics of containers. In a pod the node's /sys/fs/cgroup has to be mounted",
  },
  processesHidden: {
    metric: 'gather_processes_hidden_total',
    help: "Rounds in which no process of any container was found, so that there were no counters of pods' networks.",
    level: 'warn',
    linePer: 'path',
    message:
      "there is no process of any container below gather.containers.proc_root, and so there are no counters of pods' networks. In a pod the node's /proc has to be mounted",
  },
  groupFileUnreadable: {
    metric: 'gather_group_files_unreadable_total',
    help: 'Files of control groups and of /proc that could not be read, other than those that are gone or that the kernel does not have.',
    level: 'warn',
    message: 'cannot read a file of a control group or of /proc; its values are left out',
    linePer: 'path',
  },
} as const satisfies EventTable

export type ContainerEvents = Events<typeof CONTAINER_EVENTS>
