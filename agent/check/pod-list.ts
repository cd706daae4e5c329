import { createHash } from 'node:crypto'
import type { CaseInput } from './case-schema.ts'
import { uidOf } from './write-input.ts'

/** The pods of a test as the kubelet would tell of them, as JSON. Inputs of the same pod are put together. */
export function podListOf(inputs: readonly CaseInput[], nodeName: string): Buffer {
  const byUid = Map.groupBy(inputs, uidOf)
  const items = [...byUid].map(([uid, ofPod]) => podOf(uid, ofPod, nodeName))
  return Buffer.from(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', items }))
}

function podOf(uid: string, inputs: readonly CaseInput[], nodeName: string): object {
  const { namespace, pod } = inputs[0]!
  const owner = inputs.find((input) => input.owner !== undefined)?.owner
  const containers = [...Map.groupBy(inputs, ({ container }) => container)].map(([name, ofContainer]) => ({
    name,
    image: ofContainer[0]!.image,
    restartCount: Math.max(...ofContainer.map(({ restart_count: count }) => count)),
  }))
  return {
    metadata: {
      ...{ name: pod, namespace, uid },
      labels: Object.assign({}, ...inputs.map(({ labels }) => labels)) as object,
      annotations: Object.assign({}, ...inputs.map(({ annotations }) => annotations)) as object,
      ...(owner === undefined ? {} : { ownerReferences: [{ ...owner, uid, controller: true }] }),
    },
    spec: { nodeName, containers: containers.map(({ name, image }) => ({ name, image })) },
    status: {
      containerStatuses: containers.map(({ name, image, restartCount }) => ({
        ...{ name, image, restartCount },
        containerID: `containerd://${createHash('sha256').update(`${uid}/${name}/${restartCount}`).digest('hex')}`,
      })),
    },
  }
}
