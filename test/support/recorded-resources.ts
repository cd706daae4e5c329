interface Status {
  readonly name: string
  readonly restartCount: number
  readonly containerID?: string
  readonly image: string
  readonly imageID: string
  readonly lastState?: { readonly terminated?: { readonly containerID?: string } }
}

interface Item {
  readonly metadata: {
    readonly name: string
    readonly namespace: string
    readonly uid: string
    readonly labels: Readonly<Record<string, string>>
  }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly startTime?: string
    readonly initContainerStatuses?: readonly Status[]
    readonly containerStatuses?: readonly Status[]
  }
}

/**
 * The resource that is due to the records of each container run in a recorded answer of the kubelet, as JSON of sorted
 * pairs, by `<pod uid>/<container>/<restart count>`. Good for the recording only: static pods, images with a tag, and no digest.
 */
export function recordedResources(podList: string, nodeName: string): ReadonlyMap<string, string> {
  const resources = new Map<string, string>()
  for (const item of (JSON.parse(podList) as { readonly items: readonly Item[] }).items) {
    const { initContainerStatuses = [], containerStatuses = [] } = item.status
    for (const status of [...initContainerStatuses, ...containerStatuses]) {
      const { name, restartCount, containerID } = status
      const before = status.lastState?.terminated?.containerID
      const add = (run: number, id: string | undefined) => {
        resources.set(`${item.metadata.uid}/${name}/${run}`, resourceOf(item, status, run, id, nodeName))
      }
      add(restartCount, containerID)
      if (before !== undefined) add(restartCount - 1, before)
    }
  }
  return resources
}

function resourceOf({ metadata, spec, status }: Item, container: Status, run: number, id = '', nodeName = ''): string {
  const colon = container.image.lastIndexOf(':')
  const pairs: [string, unknown][] = [
    ['k8s.namespace.name', metadata.namespace],
    ['k8s.pod.name', metadata.name],
    ['k8s.pod.uid', metadata.uid],
    ['k8s.container.name', container.name],
    ['k8s.container.restart_count', String(run)],
    ['k8s.node.name', spec.nodeName ?? nodeName],
    ['container.id', id.replace('containerd://', '')],
    ['container.image.name', container.image.slice(0, colon)],
    ['container.image.tags', [container.image.slice(colon + 1)]],
    ['container.image.id', container.imageID],
    ...Object.entries(metadata.labels).map(([key, value]): [string, string] => [`k8s.pod.label.${key}`, value]),
  ]
  if (status.startTime !== undefined) pairs.push(['k8s.pod.start_time', status.startTime])
  return JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
}
