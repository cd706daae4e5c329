import type { KingpinFlag, KingpinFlags } from '#lib/process/kingpin.ts'
import { anyText, goDuration, positiveGoDuration } from './flag-values.ts'

const text = (key: string, help: string, shownDefault = '""'): KingpinFlag => ({
  ...{ key: `cluster.${key}`, help, shownDefault, read: anyText },
})
const period = (key: string, shownDefault: string, help: string): KingpinFlag => ({
  ...{ key: `cluster.${key}`, help, shownDefault, read: positiveGoDuration },
})

/** The flags of routers that share their state. */
export const CLUSTER_FLAGS: KingpinFlags = {
  'cluster.listen-address': text('listen_address', 'Address of the cluster; empty to run alone.', '"0.0.0.0:9094"'),
  'cluster.advertise-address': text('advertise_address', 'Address that other members are told.'),
  'cluster.peer-name': text('peer_name', 'Name of this member; one is made up unless given.'),
  'cluster.peer': {
    ...text('peers', 'Another member, host:port, to begin with.', 'HOST:PORT'),
    isRepeatable: true,
  },
  'cluster.peer-timeout': period('peer_timeout', '15s', 'How long a member waits for each one before it in the order.'),
  'cluster.peers-resolve-timeout': period('peers_resolve_timeout', '15s', 'How long the names of peers may take.'),
  'cluster.gossip-interval': period('gossip_interval', '200ms', 'How often changes are passed on.'),
  'cluster.pushpull-interval': period('pushpull_interval', '1m', 'How often members compare their whole state.'),
  'cluster.tcp-timeout': period('tcp_timeout', '10s', 'How long a connection to a member may take.'),
  'cluster.probe-timeout': period('probe_timeout', '500ms', 'How long a member may take to say that it is there.'),
  'cluster.probe-interval': period('probe_interval', '1s', 'How often members are asked whether they are there.'),
  'cluster.settle-timeout': {
    ...period('settle_timeout', '1m', 'Longest wait for the cluster before the first notification.'),
    read: goDuration,
  },
  'cluster.reconnect-interval': period('reconnect_interval', '10s', 'How often lost members are called again.'),
  'cluster.reconnect-timeout': period('reconnect_timeout', '6h', 'How long a lost member is called again.'),
  'cluster.tls-config': text('tls_config', 'File with the certificates of the cluster.'),
  'cluster.key-file': text(
    'key_file',
    'Not upstream: file with a key, at least 16 bytes, that all members have and by which they know each other.',
  ),
  'cluster.allow-insecure-public-advertise-address-discovery': {
    key: 'cluster.allow_insecure_public_advertise_address_discovery',
    help: 'Allow that a public address is the one that members are told.',
  },
  'cluster.label': text('label', 'Members with different labels do not talk to each other.'),
}
