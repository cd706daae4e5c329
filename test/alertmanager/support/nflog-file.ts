import protobuf from 'protobufjs'
import type { LabelSet } from '#lib/labels.ts'
import { xxhash64 } from '../../../alertmanager/store/xxhash64.ts'

/** What Alertmanager's `nflog` file is made of, for protobufjs. */
const SOURCE = `
syntax = "proto3";
message MeshEntry { Entry entry = 1; Timestamp expires_at = 2; }
message Entry {
  bytes group_key = 1; Receiver receiver = 2; Timestamp timestamp = 5;
  repeated uint64 firing_alerts = 6; repeated uint64 resolved_alerts = 7;
  map<string, Value> receiver_data = 8;
}
message Receiver { string group_name = 1; string integration = 2; uint32 idx = 3; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Value { oneof value { string str_val = 1; int64 int_val = 2; double double_val = 3; } }
`
const MeshEntry = protobuf.parse(SOURCE, { keepCase: true }).root.lookupType('MeshEntry')

const END = Buffer.of(0xff)

export interface NflogFileEntry {
  readonly groupKey: string
  readonly receiver: string
  readonly integration: string
  readonly atMs: number
  readonly firing: readonly LabelSet[]
  readonly data: Readonly<Record<string, string | number>>
}

/** A file as Alertmanager 0.34 writes it. */
export function nflogFile({ groupKey, receiver, integration, atMs, firing, data }: NflogFileEntry): Buffer {
  const values = Object.entries(data).map(([name, value]) => {
    return [name, typeof value === 'string' ? { str_val: value } : { double_val: value }]
  })
  const entry = {
    ...{ group_key: Buffer.from(groupKey), receiver: { group_name: receiver, integration, idx: 0 } },
    timestamp: { seconds: Math.floor(atMs / 1_000), nanos: (atMs % 1_000) * 1e6 },
    firing_alerts: firing.map(hashOf),
    receiver_data: Object.fromEntries(values),
  }
  return Buffer.from(MeshEntry.encodeDelimited(MeshEntry.fromObject({ entry, expires_at: entry.timestamp })).finish())
}

function hashOf(labels: LabelSet): string {
  const parts = Array.from(labels, ([name, value]) => [Buffer.from(name), END, Buffer.from(value), END])
  return String(xxhash64(Buffer.concat(parts.flat())))
}
