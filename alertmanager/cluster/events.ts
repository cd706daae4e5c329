import type { Events } from '#lib/events.ts'

/** What happens between members, under upstream's names where it has one. */
export const CLUSTER_EVENTS = {
  joined: {
    metric: 'cluster_peers_joined_total',
    help: 'A counter of the number of members that have joined.',
    level: 'info',
    message: 'a member of the cluster is there',
  },
  left: {
    metric: 'cluster_peers_left_total',
    help: 'A counter of the number of members that have left, or were lost.',
    level: 'info',
    message: 'a member has left the cluster',
  },
  lost: {
    metric: 'cluster_peers_left_total',
    help: 'A counter of the number of members that have left, or were lost.',
    level: 'warn',
    message: 'a member of the cluster is lost; it is called again',
  },
  updated: {
    metric: 'cluster_peers_update_total',
    help: 'A counter of the number of members that came back with another address.',
    level: 'info',
    message: 'a member of the cluster has another address',
  },
  nameConflict: {
    metric: 'cluster_peer_name_conflicts_total',
    help: 'A counter of the number of members refused because their name was taken.',
    level: 'error',
    message: 'two members have the same name: the later one is kept out; change its --cluster.peer-name',
  },
  refused: {
    metric: 'cluster_connections_refused_total',
    help: 'A counter of the connections between members that one of both did not want, by reason.',
    level: 'warn',
    message: 'a member does not become one of this cluster',
    labels: ['reason'],
  },
  broken: {
    metric: 'cluster_connections_refused_total',
    help: 'A counter of the connections between members that one of both did not want, by reason.',
    level: 'warn',
    message: 'somebody connected to the cluster port who is no member',
    labels: ['reason'],
  },
  reconnected: {
    metric: 'cluster_reconnections_total',
    help: 'A counter of the number of connections to members that were lost.',
    level: 'info',
    message: 'reached a lost member again',
  },
  reconnectFailed: {
    metric: 'cluster_reconnections_failed_total',
    help: 'A counter of the number of failed attempts to connect to members that were lost.',
    level: 'debug',
    message: 'a lost member does not answer',
  },
  refreshed: {
    metric: 'cluster_refresh_join_total',
    help: 'A counter of the number of members that were reached through --cluster.peer.',
    level: 'debug',
    message: 'reached a member through --cluster.peer',
  },
  refreshFailed: {
    metric: 'cluster_refresh_join_failed_total',
    help: 'A counter of the number of failed attempts to reach members through --cluster.peer.',
    level: 'warn',
    message: 'cannot reach a member of the cluster; it is called again',
    linePer: 'path',
  },
} as const

export type ClusterEvents = Events<typeof CLUSTER_EVENTS>
