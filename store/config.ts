import { duration, integer, listenAddress, type Static, section, size, text } from '#lib/config/schema.ts'
import { logSection, shutdownSection } from '#lib/config/sections.ts'

/** The configuration of the store, `store.yaml`. */
export const schema = section('The embedded log store: a part of the Elasticsearch API on one machine.', {
  listen_address: listenAddress({
    description: 'Address that serves the Elasticsearch API, /metrics, /-/healthy and /-/ready.',
    default: '127.0.0.1:9200',
  }),
  data_dir: text({
    description: 'Directory of the documents. It belongs to this process alone.',
    default: './data/store',
    minLength: 1,
  }),
  retention: section('How long documents are kept. Whole days are removed, the oldest first.', {
    max_age: duration({ description: 'A day is removed once all of it is older than this.', default: '7d' }),
    max_bytes: size({
      description: 'While all days together are larger than this, the oldest is removed.',
      default: '10GiB',
    }),
    min_free_bytes: size({
      description:
        'While less than this is free on the disk of data_dir, the oldest day is removed, whoever fills the disk. The newest day stays. 0 turns it off.',
      default: '512MiB',
    }),
  }),
  limits: section('What a client can ask for at most.', {
    request_bytes: size({
      description: 'Largest request body, on the wire and after decompression.',
      default: '32MiB',
    }),
    in_flight_bytes: size({
      description: 'Bodies of all requests in memory together; requests beyond are answered with 429.',
      default: '96MiB',
    }),
    request_timeout: duration({
      description: 'Within so long a request must have arrived whole, its head within a third of that; else 408.',
      default: '60s',
    }),
    bulk_days: integer({
      description:
        'Days that the documents of one bulk request may be of; documents of more days are answered with 429.',
      default: 64,
      minimum: 1,
    }),
    search_duration: duration({
      description: 'Longest search; it then answers with what it found and says timed_out.',
      default: '30s',
    }),
    search_buckets: integer({
      description: 'Most buckets that the aggregations of one search may have.',
      default: 65_536,
      minimum: 1,
    }),
  }),
  cache: section('What is kept in memory to answer faster. All of it is given back when nobody asks for a while.', {
    block_bytes: size({ description: 'Decompressed blocks.', default: '32MiB' }),
    open_days: integer({ description: 'Day files that are open at once.', default: 16, minimum: 1 }),
  }),
  log: logSection(),
  shutdown: shutdownSection('10s'),
})

export type StoreConfig = Static<typeof schema>
