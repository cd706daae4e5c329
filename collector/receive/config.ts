import { boolean, duration, integer, list, listenAddress, section, size, text } from '#lib/config/schema.ts'

/** The part of the collector's configuration that is about receiving by OTLP. */
export function otlpSection() {
  return section('Receiving by the OpenTelemetry protocol.', {
    http: section('OTLP over HTTP.', {
      listen_address: listenAddress({ description: 'Address of `/v1/logs`.', default: ':4318' }),
      request_timeout: duration({
        description: 'A sender that takes longer than this for its request is cut off.',
        default: '60s',
      }),
      cors: section('Requests from pages in browsers. Without an allowed origin there are none.', {
        allowed_origins: list(
          text({ description: 'As a browser sends it; `*` in it stands for anything.', minLength: 1 }),
          {
            description: 'Origins whose pages may send: `https://shop.example.com`, `https://*.example.com`.',
            default: [],
          },
        ),
        allowed_headers: list(text({ description: 'Name of a header.', pattern: '^[A-Za-z0-9-]+$' }), {
          description: 'Headers that those pages may set, besides `Content-Type` and `Content-Encoding`.',
          default: [],
        }),
        max_age: duration({ description: 'How long a browser may remember that it is allowed.', default: '2h' }),
      }),
    }),
    grpc: section('OTLP over gRPC.', {
      enabled: boolean({
        description: 'Whether there is OTLP over gRPC at all.',
        default: true,
      }),
      listen_address: listenAddress({
        description: 'Address of the OTLP services over gRPC, without TLS.',
        default: ':4317',
      }),
      request_timeout: duration({
        description: 'A sender that takes longer than this for its request is cut off.',
        default: '60s',
      }),
    }),
    max_request_bytes: size({
      description: 'Largest request after decompression.',
      default: '64MiB',
      maximum: 512 * 1024 ** 2,
    }),
    max_request_records: integer({
      description: 'Most records in one request; a record may take as little as two bytes.',
      default: 1_000_000,
      minimum: 1,
    }),
    max_record_bytes: size({
      description: 'Largest record, with its resource. A larger one is refused, its neighbours are not.',
      default: '16MiB',
    }),
    max_record_values: integer({
      description:
        'Most values in one record: attributes, those of its resource, and all that is nested in them and in the body. One with more is refused, its neighbours are not.',
      default: 10_000,
      minimum: 1,
    }),
    max_in_flight_bytes: size({
      description: 'Bytes of requests that may be under way at once, as far as they have arrived.',
      default: '256MiB',
    }),
  })
}

/** The part that is about receiving what is meant for Elasticsearch. */
export function bulkSection() {
  return section('Receiving from what ships to Elasticsearch: Filebeat, Logstash, Fluent Bit.', {
    enabled: boolean({
      description: 'Whether `_bulk` is served at the address of `web`. The limits of `otlp` apply.',
      default: true,
    }),
  })
}
