import { formatWithOptions } from 'node:util'
import { CLUSTER_ERRORS } from './cluster-errors.ts'

/**
 * Every coded error of the services: what a person reads, and what to do about it. `%s` takes the parameters in order.
 * `docs/reference/errors.md` is generated from this table.
 */
export const ERRORS = {
  CONFIG_INVALID: {
    message: '%s',
    cure: 'Correct the places that the message points at. Nothing was started or changed.',
  },
  CONFIG_UNREADABLE: {
    message: 'cannot read the configuration file %s: %s',
    cure: 'Check the path given to --config.file and that the user of this process may read it.',
  },
  CONFIG_NEEDS_RESTART: {
    message: 'these keys cannot change while the service runs: %s',
    cure: 'Restart the service, or take the change of these keys back. Nothing of the new configuration is in force.',
  },
  USAGE: {
    message: '%s',
    cure: 'Run the command with --help to see its flags.',
  },
  LISTEN_ADDRESS_IN_USE: {
    message: '%s: address %s is already in use',
    cure: 'Stop the process that holds the port (`ss -ltnp` names it), or choose another address (`--port-offset` moves all ports of `vedette up`).',
  },
  LISTEN_FAILED: {
    message: '%s: cannot listen on %s: %s',
    cure: 'Check that the address belongs to this machine and that the port is not privileged.',
  },
  ...CLUSTER_ERRORS,
  DIRECTORY_UNWRITABLE: {
    message: '%s: cannot write in directory %s: %s',
    cure: 'Create the directory, or give it to the user of this process, or choose another one.',
  },
  DIRECTORY_LOCKED: {
    message: '%s: directory %s is in use by another process',
    cure: 'Two processes must not share a data directory. Stop the other one or choose another directory.',
  },
  DISK_FULL: {
    message: '%s: no space left in %s',
    cure: 'Free some space. Nothing was acknowledged that is not on disk; senders retry by themselves.',
  },
  QUEUE_FULL: {
    message: 'the queue holds %s of at most %s bytes',
    cure: 'The output is slower than the input or down. Senders retry; raise queue.max_bytes if the disk has room.',
  },
  DISK_LOW: {
    message: 'the disk of %s has %s bytes free; queue.min_free_bytes is %s',
    cure: 'Free some space, or lower queue.min_free_bytes. Senders retry; nothing that was acknowledged is lost.',
  },
  PAYLOAD_MALFORMED: {
    message: 'malformed request: %s',
    cure: 'The sender encodes the request wrongly; the message says where.',
  },
  PAYLOAD_TOO_LARGE: {
    message: 'the request has %s bytes after decompression; the limit is %s',
    cure: 'Send smaller batches or raise the limit of the receiver.',
  },
  TOO_MANY_RECORDS: {
    message: 'the request has more than %s records',
    cure: 'Send smaller batches or raise the limit of the receiver.',
  },
  TOO_MANY_REQUESTS: {
    message: 'requests under way have more than %s bytes',
    cure: 'Senders retry by themselves; run more collectors if it goes on.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    message: 'content type %s is not supported; send %s',
    cure: 'Change the encoding of the sender.',
  },
  UNSUPPORTED_ENCODING: {
    message: 'unsupported Content-Encoding %s; send one of %s',
    cure: 'Change the compression of the sender.',
  },
  REQUEST_TIMEOUT: {
    message: 'the request did not arrive in %s ms',
    cure: 'The sender or the network is too slow. Senders retry by themselves.',
  },
  SIGNAL_NOT_RECEIVED: {
    message: 'this collector does not receive %s',
    cure: 'Send them to another collector, or switch their exporter off.',
  },
  RECEIVE_FAILED: {
    message: 'the request could not be stored: %s',
    cure: 'Look at the log of the receiver. Senders retry by themselves.',
  },
  ELASTICSEARCH_UNREACHABLE: {
    message: 'Elasticsearch at %s cannot be reached: %s',
    cure: 'Check elasticsearch.nodes and the network. Data waits in the queue on disk meanwhile.',
  },
  ELASTICSEARCH_CA: {
    message: 'cannot read elasticsearch.ca_file %s: %s',
    cure: 'Check that the file is mounted, that the user of this process may read it, and that it is PEM.',
  },
  ELASTICSEARCH_REFUSED: {
    message: 'Elasticsearch refused %s with status %s: %s',
    cure: 'Check the credentials, the privileges and the index template. Data waits in the queue on disk meanwhile.',
  },
  QUERY_INVALID: {
    message: '%s',
    cure: 'Correct the query; the message names the part that is not understood.',
  },
  PARAMETER_INVALID: {
    message: 'parameter %s: %s',
    cure: 'Correct the parameter; the message says what is allowed.',
  },
  CROSS_ORIGIN: {
    message: 'a page of %s may not change anything here',
    cure: 'Send the request from the same origin, or from no browser at all.',
  },
  SEARCH_UNAVAILABLE: {
    message: 'Elasticsearch did not answer the search: %s',
    cure: 'Check that the store or the cluster of elasticsearch.nodes runs; the log of the collector says more. Nothing is lost meanwhile: new lines wait in the queue.',
  },
  SEARCH_REFUSED: {
    message: 'Elasticsearch refused the search with status %s: %s',
    cure: 'Simplify the query or shorten its time range; if that does not help, check the privileges of the collector.',
  },
  SEARCH_LIMIT: {
    message: 'more than %s %s are under way',
    cure: 'Close pages that nobody reads, or try again in a moment.',
  },
  TAP_FORBIDDEN: {
    message: 'log lines are shown to processes of the same machine or pod only: %s',
    cure: 'Run `vedette tap` where the agent runs (kubectl exec), at its address; or set web.tap: anyone, where all who reach that address may read logs.',
  },
  TAP_LIMIT: {
    message: 'there are %s taps under way, and no more are allowed',
    cure: 'End one of them.',
  },
  NOT_FOUND: {
    message: 'there is no %s',
    cure: 'Check the path of the request.',
  },
  SERVER_UNREACHABLE: {
    message: 'no answer from %s: %s',
    cure: 'Is the collector running? `npm start` starts everything on this machine; --server or VEDETTE_SERVER names another one.',
  },
  SERVER_ANSWER: {
    message: '%s gave an answer that is not one of a Vedette collector: %s',
    cure: 'Check that --server or VEDETTE_SERVER is the web address of a collector (port 9464 by default).',
  },
  AGENT_UNREACHABLE: {
    message: 'no answer from the agent at %s: %s',
    cure: 'Is the agent running? --agent or VEDETTE_AGENT names its web address (web.listen_address, port 9465 by default).',
  },
  AGENT_ANSWER: {
    message: '%s gave an answer that is not one of a Vedette agent: %s',
    cure: 'Check that --agent or VEDETTE_AGENT is the web address of an agent (port 9465 by default), of the same version as this command.',
  },
  COLLECTOR_CERTIFICATE: {
    message: 'the certificate of the collector is not trusted: %s',
    cure: 'Set ship.tls.ca_file to the CA that signed it, and ship.tls.server_name if it names another host than the URL. ship.tls.insecure_skip_verify is the last resort. Nothing is lost meanwhile.',
  },
  SHIP_FILE_UNREADABLE: {
    message: 'cannot use ship.%s %s: %s',
    cure: 'Check that the file is mounted and that the user of this process may read it. One that was replaced is taken up by itself. Nothing is lost meanwhile.',
  },
  KUBELET_UNAUTHORIZED: {
    message: 'the kubelet at %s does not accept our token (401)',
    cure: "Check that metadata.kubelet.token_file is a service account's token and that the kubelet has webhook authentication (`authentication.webhook.enabled: true`). A token that was renewed on disk is taken up by itself.",
  },
  KUBELET_FORBIDDEN: {
    message: 'the kubelet at %s refuses /pods to %s (403)',
    cure: 'Bind a ClusterRole to the service account with `apiGroups: [""], resources: ["nodes/pods"], verbs: ["get"]` (and `nodes/metrics`, `nodes/stats` for its metrics); kubelets before 1.33 know only `nodes/proxy`, which allows more than this agent should have.',
  },
  KUBELET_CERTIFICATE: {
    message: 'the certificate of the kubelet at %s is not trusted: %s',
    cure: 'Set metadata.kubelet.ca_file to the CA that signed it: the cluster CA where kubelets have `serverTLSBootstrap: true`, otherwise /var/lib/kubelet/pki/kubelet.crt of the node. The address must be one that the certificate names. metadata.kubelet.insecure_skip_verify is the last resort.',
  },
  KUBELET_UNREACHABLE: {
    message: 'no connection to the kubelet at %s: %s',
    cure: 'Check metadata.kubelet.url (in a DaemonSet https://<status.hostIP>:10250 from the downward API) and that no network policy is in the way. The last known metadata is used meanwhile, logs are not held up.',
  },
  KUBELET_TIMEOUT: {
    message: 'no complete answer from the kubelet at %s in %s ms',
    cure: 'The kubelet is overloaded or stopped. The last known metadata is used meanwhile, logs are not held up.',
  },
  KUBELET_STATUS: {
    message: 'the kubelet at %s answered with status %s',
    cure: 'Check that metadata.kubelet.url is the address of a kubelet; redirects are not followed, because a token must not go elsewhere.',
  },
  KUBELET_ANSWER_TOO_LARGE: {
    message: 'the answer of the kubelet at %s has more than %s bytes',
    cure: 'No node has that many pods: check that metadata.kubelet.url is the address of a kubelet.',
  },
  KUBELET_ANSWER_MALFORMED: {
    message: 'the answer of the kubelet cannot be used: %s',
    cure: 'Check that metadata.kubelet.url is the address of a kubelet. The last known metadata is used meanwhile.',
  },
  KUBELET_FILE_UNREADABLE: {
    message: 'cannot use %s %s: %s',
    cure: 'Check that the pod mounts its service account (`automountServiceAccountToken: true`) and that the user of this process may read the file; leave the key empty to go without.',
  },
  KUBE_API_UNAUTHORIZED: {
    message: 'the API server at %s does not accept our token (401)',
    cure: "Check that metadata.api.token_file is a service account's token of this cluster. A token that was renewed on disk is taken up by itself.",
  },
  KUBE_API_FORBIDDEN: {
    message: 'the API server at %s refuses pods to %s (403)',
    cure: 'Bind a ClusterRole to the service account with `apiGroups: [""], resources: ["pods"], verbs: ["list", "watch"]`; deploy/kustomize/components/metadata-api has it.',
  },
  KUBE_API_CERTIFICATE: {
    message: 'the certificate of the API server at %s is not trusted: %s',
    cure: "Set metadata.api.ca_file to the cluster's CA; a service account's volume has it as ca.crt. The address must be one that the certificate names.",
  },
  KUBE_API_UNREACHABLE: {
    message: 'no connection to the API server at %s: %s',
    cure: 'Check metadata.api.url and that no network policy is in the way. The last known metadata is used meanwhile, logs are not held up.',
  },
  KUBE_API_TIMEOUT: {
    message: 'no complete answer from the API server at %s in %s ms',
    cure: 'The API server is overloaded. The last known metadata is used meanwhile, logs are not held up.',
  },
  KUBE_API_STATUS: {
    message: 'the API server at %s answered with status %s',
    cure: 'Check that metadata.api.url is the address of an API server; redirects are not followed, because a token must not go elsewhere. 429 and 5xx pass by themselves.',
  },
  KUBE_API_EXPIRED: {
    message: 'the API server cannot tell what happened since the last list (410)',
    cure: 'Nothing to do: the pods are listed again.',
  },
  KUBE_API_WATCH_ENDED: {
    message: 'the API server ended the watch of pods with status %s',
    cure: 'It is begun again by itself. If that goes on, look at the log of the API server.',
  },
  KUBE_API_ANSWER_TOO_LARGE: {
    message: 'the answer of the API server at %s has more than %s bytes',
    cure: 'No node has that many pods: check node_name and metadata.api.url.',
  },
  KUBE_API_ANSWER_MALFORMED: {
    message: 'the answer of the API server cannot be used: %s',
    cure: 'Check that metadata.api.url is the address of an API server. The last known metadata is used meanwhile.',
  },
  KUBE_API_FILE_UNREADABLE: {
    message: 'cannot use %s %s: %s',
    cure: 'Check that the pod mounts its service account (`automountServiceAccountToken: true`) and that the user of this process may read the file.',
  },
  KUBE_API_NODE_UNKNOWN: {
    message: 'metadata.source is "api", but the name of this node is not known',
    cure: "Set node_name, or the environment variable NODE_NAME, to the node's name as `kubectl get nodes` has it; in a DaemonSet take it from the downward API (spec.nodeName). The host name of a pod is not that of its node.",
  },
  KUBE_API_ADDRESS_UNKNOWN: {
    message: 'metadata.source is "api", but there is no API server in the environment',
    cure: 'Set metadata.api.url. In a pod it is not needed: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT have the address.',
  },
  JOURNALCTL_MISSING: {
    message: 'journald.enabled is true, but there is no %s: %s',
    cure: 'Install it (on Debian the package systemd, in an image too), name it in journald.journalctl, or set journald.enabled to false. On a node, name its directory in journald.directory as well.',
  },
  JOURNALCTL_FAILED: {
    message: 'cannot start %s: %s',
    cure: 'Check that journald.journalctl names journalctl and that the user of this process may run it.',
  },
  CHILD_FAILED: {
    message: '%s did not become ready: %s',
    cure: 'Read the lines that the service printed above.',
  },
} as const satisfies Record<string, { readonly message: string; readonly cure: string }>

export type ErrorCode = keyof typeof ERRORS

/** An error with a stable code. `retryable` says whether the same call may succeed later without anyone changing anything. */
export class CodedError extends Error {
  readonly code: ErrorCode
  readonly parameters: readonly string[]
  readonly retryable: boolean

  constructor(
    code: ErrorCode,
    parameters: readonly (string | number)[],
    options: { cause?: unknown; retryable?: boolean } = {},
  ) {
    super(
      formatWithOptions({ colors: false }, ERRORS[code].message, ...parameters.map(String)),
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'CodedError'
    this.code = code
    this.parameters = parameters.map(String)
    this.retryable = options.retryable ?? false
  }

  get cure(): string {
    return ERRORS[this.code].cure
  }
}

/** Reads the `code` of a Node system error (`ENOSPC`, `EADDRINUSE`), or an empty string. */
export function systemErrorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
