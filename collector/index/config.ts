import { backoffSection, caFile } from '#lib/config/client.ts'
import { choice, duration, integer, list, type Static, secret, section, size, text, url } from '#lib/config/schema.ts'

export const deadLetterSection = section(
  'What Elasticsearch refuses for good is kept, with the reason, to be replayed.',
  {
    max_bytes: size({
      description: 'Beyond this size the oldest letters are deleted, file by file.',
      default: '1GiB',
      minimum: 1024 ** 2,
    }),
  },
)

export const elasticsearchSection = section(
  'Where logs are indexed: Elasticsearch 8.16 and later, OpenSearch, or the embedded store; which it is, is found out.',
  {
    nodes: list(url({ description: 'URL of a node.' }), {
      description: 'Nodes of the cluster.',
      default: ['http://127.0.0.1:9200'],
      minItems: 1,
    }),
    api_key: secret({ description: 'API key, `id:key` in base64.', default: '' }),
    bearer_token: secret({
      description: 'Bearer token, as of a service account, if no API key is given.',
      default: '',
    }),
    username: text({ description: 'User, if neither an API key nor a bearer token is given.', default: '' }),
    password: secret({ description: 'Password of the user.', default: '' }),
    ca_fingerprint: text({
      description:
        "SHA-256 fingerprint of the CA of the server's certificate, as Elasticsearch prints it when it starts first. `ca_file` is checked more strictly.",
      default: '',
    }),
    ca_file: caFile(),
    dataset: text({
      description: 'Dataset, the middle of the data stream `logs-<dataset>-<namespace>`.',
      default: 'kubernetes.otel',
      pattern: '^[a-z0-9][a-z0-9._]{0,99}$',
    }),
    namespace: text({
      description: 'Namespace, the end of the data stream.',
      default: 'default',
      pattern: '^[a-z0-9][a-z0-9._]{0,99}$',
    }),
    retention: text({
      description:
        "How long Elasticsearch keeps documents, in its time units. The store's own retention is in store.yaml.",
      default: '30d',
      pattern: '^[1-9][0-9]{0,5}(d|h|m)$',
    }),
    compression: choice(['auto', 'gzip', 'none'], {
      description: 'Compression of bulk requests; `auto` leaves it out on the loopback interface.',
      default: 'auto',
    }),
    timeout: duration({ description: 'Longest wait for an answer.', default: '60s' }),
    concurrency: integer({
      description: 'Most bulk requests under way at once; there are as many as Elasticsearch shows to bear.',
      default: 4,
      minimum: 1,
      maximum: 32,
    }),
    bulk: section('How documents are gathered into bulk requests.', {
      max_bytes: size({
        description:
          'A request is sent once it has this many bytes, or fewer where larger ones are refused or time out.',
        default: '5MiB',
      }),
      max_delay: duration({ description: 'A request is sent at the latest after this time.', default: '50ms' }),
    }),
    backoff: backoffSection('Waits between attempts: exponential with full jitter, without end.', '200ms'),
  },
)

export type ElasticsearchConfig = Static<typeof elasticsearchSection>
