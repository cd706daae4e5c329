import { boolean, duration, list, section, text } from '#lib/config/schema.ts'

/** How routers share their state, with upstream's defaults. */
export function clusterSection() {
  return section('Routers that share their state: up to nine, each of them Vedette.', {
    listen_address: text({ description: 'Address of the cluster; empty to run alone.', default: '0.0.0.0:9094' }),
    advertise_address: text({ description: 'Address that other members are told.', default: '' }),
    peer_name: text({ description: 'Name of this member; one is made up unless given.', default: '' }),
    peers: list(text({ description: 'host:port of a member.' }), {
      description: 'Members to begin with.',
      default: [],
    }),
    peer_timeout: duration({
      description: 'How long a member waits for each one before it in the order.',
      default: '15s',
    }),
    peers_resolve_timeout: duration({ description: 'How long the names of peers may take.', default: '15s' }),
    gossip_interval: duration({ description: 'How often changes are passed on.', default: '200ms' }),
    pushpull_interval: duration({ description: 'How often members compare their whole state.', default: '1m' }),
    tcp_timeout: duration({ description: 'How long a connection to a member may take.', default: '10s' }),
    probe_timeout: duration({ description: 'How long a member may take to answer.', default: '500ms' }),
    probe_interval: duration({ description: 'How often members are asked whether they are there.', default: '1s' }),
    settle_timeout: duration({
      description: 'Longest wait for the cluster before the first notification.',
      default: '1m',
    }),
    reconnect_interval: duration({ description: 'How often lost members are called again.', default: '10s' }),
    reconnect_timeout: duration({ description: 'How long a lost member is called again.', default: '6h' }),
    tls_config: text({ description: 'File with the certificates of the cluster.', default: '' }),
    key_file: text({
      description: 'File with a key, at least 16 bytes, that all members have and by which they know each other.',
      default: '',
    }),
    allow_insecure_public_advertise_address_discovery: boolean({
      description: 'Whether a public address may be the one that members are told.',
      default: false,
    }),
    label: text({ description: 'Members with different labels do not talk to each other.', default: '' }),
  })
}
