import { boolean, choice, duration, list, optional, type Static, section, text, url } from '#lib/config/schema.ts'
import { KEY_PATTERN } from './key-patterns.ts'

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/** The part of the agent's configuration that is about labels, annotations and workloads of pods. */
export function metadataSection() {
  const pattern = text({
    description: 'A key, or how keys begin with a `*` behind.',
    minLength: 1,
    pattern: KEY_PATTERN,
  })
  return section('What is known of a pod beyond the path of its logs: labels, workload, image.', {
    source: choice(['auto', 'kubelet', 'api', 'none'], {
      description:
        "Who is asked: the node's kubelet, the API server (a list, then a watch, of this node's pods), or nobody; `auto` means the kubelet where `kubelet.url` is set or a service account's token is mounted.",
      default: 'auto',
    }),
    kubelet: section('How the kubelet is asked. It needs the RBAC rule `nodes/pods`, verb `get`.', {
      url: optional(
        url({
          description:
            'Base URL; `/pods` is appended. By default port 10250 of the address in the environment variable NODE_IP (in a DaemonSet `status.hostIP` of the downward API), or of 127.0.0.1.',
        }),
      ),
      token_file: text({
        description: 'File with the bearer token, read again when it changes; empty for none. Not sent over http.',
        default: `${SERVICE_ACCOUNT}/token`,
      }),
      ca_file: text({
        description: "File with the certificates that are trusted, read again when it changes; empty for the system's.",
        default: `${SERVICE_ACCOUNT}/ca.crt`,
      }),
      insecure_skip_verify: boolean({
        description: 'Take any certificate. Whoever answers at the address then gets the token.',
        default: false,
      }),
      timeout: duration({ description: 'Longest wait for a complete answer.', default: '10s' }),
    }),
    api: section(
      'How the API server is asked. It needs the RBAC rule `pods`, verbs `list` and `watch`, which no rule can limit to one node.',
      {
        url: optional(
          url({
            description:
              'Base URL. By default the address that every pod has in KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.',
          }),
        ),
        token_file: text({
          description: 'File with the bearer token, read again when it changes; empty for none. Not sent over http.',
          default: `${SERVICE_ACCOUNT}/token`,
        }),
        ca_file: text({
          description:
            "File with the certificates that are trusted, read again when it changes; empty for the system's.",
          default: `${SERVICE_ACCOUNT}/ca.crt`,
        }),
        timeout: duration({
          description: 'Longest wait for a complete list, or for a watch to begin.',
          default: '30s',
        }),
      },
    ),
    refresh_interval: duration({
      description: 'How often the kubelet is asked again; for an unknown pod it is asked at once.',
      default: '30s',
    }),
    labels: list(pattern, {
      description: 'Labels that become `k8s.pod.label.<key>`; `*` for all.',
      default: ['*'],
    }),
    annotations: list(pattern, {
      description: 'Annotations that become `k8s.pod.annotation.<key>`.',
      default: [],
    }),
  })
}

export type MetadataConfig = Static<ReturnType<typeof metadataSection>>
