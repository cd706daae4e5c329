export const PROTOCOLS = ['1.0', '2.0'] as const
/** Version of remote write. */
export type Protocol = (typeof PROTOCOLS)[number]

/** Headers that say what is in the body. */
export const PROTOCOL_HEADERS: Readonly<Record<Protocol, Readonly<Record<string, string>>>> = {
  '1.0': {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
  },
  '2.0': {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '2.0.0',
  },
}

/** Names the process that sends, so that one that writes to itself is found out. */
export const PROCESS_HEADER = 'x-vedette-process'
