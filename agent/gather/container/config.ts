import { boolean, integer, list, mapping, type Static, section, text } from '#lib/config/schema.ts'

/** The part of the agent's configuration that is about metrics of containers and pods. */
export function containersSection() {
  const pattern = text({ description: 'Name of a metric; `*` and `?` stand for other characters.', minLength: 1 })
  return section(
    "Metrics of containers and pods, read from the kernel's control groups, under the names and labels that cAdvisor in the kubelet has for them.",
    {
      enabled: boolean({ description: 'Whether they are gathered.', default: true }),
      cgroup_root: text({
        description:
          "Where the node's cgroup file systems are mounted. A container sees only its own group at the default path, unless it is mounted from the node.",
        default: '/sys/fs/cgroup',
        minLength: 1,
      }),
      proc_root: text({
        description: "Where the node's /proc is: network counters of pods and times of starts come from it.",
        default: '/proc',
        minLength: 1,
      }),
      job: text({
        description: 'Label `job`. kube-prometheus-stack has `kubelet`, with the label `metrics_path`.',
        default: 'cadvisor',
        minLength: 1,
      }),
      instance: text({
        description:
          'Label `instance`; by default port 10250 of `gather.node_address`, as if the kubelet were scraped.',
        default: '',
      }),
      labels: mapping(text({ description: 'Value of the label.' }), {
        description: 'Labels that all series get, for instance `metrics_path: /metrics/cadvisor`.',
        default: {},
      }),
      metrics: section('Which metrics there are: those of the default list, and more or fewer.', {
        defaults: boolean({
          description: "Whether there are those that kubernetes-mixin's dashboards and rules use, and some more.",
          default: true,
        }),
        include: list(pattern, {
          description:
            'Further ones, for instance `container_hugetlb_*`, or `*` for all. Faults of groups below a group are `container_memory_failures_total{scope="hierarchy"}`.',
          default: [],
        }),
        exclude: list(pattern, { description: 'Those that are left out whatever else is said.', default: [] }),
      }),
      sandboxes: boolean({
        description: 'Whether there are series of what holds the network of a pod (its pause container).',
        default: true,
      }),
      sandbox_image: text({
        description:
          "Label `image` of those series, which Kubernetes does not tell: cAdvisor has the pause image's name.",
        default: 'pause',
      }),
      pods: boolean({
        description:
          'Whether there are series of whole pods, without the labels `container` and `image`. Sums over all series count such pods twice.',
        default: false,
      }),
      slices: boolean({
        description: 'Whether there are series of the groups above the pods, by quality of service and of all pods.',
        default: false,
      }),
      max_open_files: integer({
        description:
          'Files of groups that are kept open between rounds, which makes reading them several times cheaper; others are opened each time.',
        default: 8192,
        minimum: 0,
      }),
    },
  )
}

export type ContainersConfig = Static<ReturnType<typeof containersSection>>
