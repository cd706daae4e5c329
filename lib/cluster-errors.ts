/** What keeps a member of a cluster of alert routers from starting; a part of the table of errors. */
export const CLUSTER_ERRORS = {
  CLUSTER_ADDRESS_UNKNOWN: {
    message: 'unable to initialize gossip mesh: no private IP found, explicit advertise addr not provided',
    cure: 'Give --cluster.advertise-address host:port as other members reach this one, or allow a public address with --cluster.allow-insecure-public-advertise-address-discovery.',
  },
  CLUSTER_KEY_UNUSABLE: {
    message: 'the key of the cluster, %s, cannot be used: %s',
    cure: 'Write at least 32 random characters to the file, for example with `openssl rand -hex 32`, and give all members the same.',
  },
} as const
