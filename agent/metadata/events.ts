import type { Events, EventTable } from '#lib/events.ts'

/** What happens on the way to pod metadata. */
export const METADATA_EVENTS = {
  metadataFailed: {
    metric: 'metadata_failures_total',
    help: 'Requests for the pods of this node that failed, by reason; the last good answer stays in use.',
    level: 'warn',
    message: 'cannot get the pods of this node; new pods have no labels until it can be done, their logs are shipped',
    labels: ['reason'],
  },
  watchExpired: {
    metric: 'metadata_relists_total',
    help: 'Lists of pods that had to be fetched again, because the API server could not tell any more what happened since the last one.',
    level: 'debug',
    message: 'the watch of pods cannot go on where it ended; listing them again',
  },
  nodeEmpty: {
    metric: 'metadata_empty_lists_total',
    help: 'Lists of the API server without a single pod, which is what a wrong node name gives.',
    level: 'warn',
    message:
      'the API server knows no pods on this node. Set node_name (or NODE_NAME) to the name of the node as `kubectl get nodes` has it; in a DaemonSet take it from the downward API (spec.nodeName)',
  },
  metadataUnverified: {
    metric: 'metadata_unverified_total',
    help: 'Starts with metadata.kubelet.insecure_skip_verify: whoever answers in place of the kubelet gets the token.',
    level: 'error',
    message:
      "the kubelet's certificate is not verified: whoever answers at its address gets this agent's token. Set metadata.kubelet.ca_file in place of metadata.kubelet.insecure_skip_verify",
  },
  podsSkipped: {
    metric: 'metadata_pods_skipped_total',
    help: 'Pods in answers of the kubelet or the API server that could not be understood or were too large or too many.',
    level: 'warn',
    message: 'left out pods that cannot be understood; their logs have no labels, or old ones',
  },
} as const satisfies EventTable

export type MetadataEvents = Events<typeof METADATA_EVENTS>
