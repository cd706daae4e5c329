import type { Tagged } from '../values.ts'

/** A value of every type. */
export const MIXED: Tagged = {
  map: {
    n: { int: '7' },
    big: { int64: '9007199254740993' },
    byte: { uint8: '65' },
    f: { float: 2.5 },
    s: { string: 'héllo <b> & "q"' },
    empty: { string: '' },
    yes: { bool: true },
    no: { bool: false },
    nothing: null,
    list: { list: [{ int: '1' }, { string: 'two' }, { float: 3.5 }, null, { bool: true }] },
    none: { list: [] },
    words: { strings: ['a', 'b c', 'd'] },
    kv: { labels: { b: '2', alertname: 'Down', a: '1', job: 'x y' } },
    inner: { map: { x: { map: { y: { string: 'deep' } } } } },
    t: { time: '2024-02-29T08:05:03.045Z' },
    off: { time: '2024-11-05T23:59:59.123456789+05:30' },
    d: { duration: '1h2m3.5s' },
  },
}

/** What templates see of a notification. */
export const DATA: Tagged = {
  data: {
    Receiver: 'team\\.x',
    Status: 'firing',
    Alerts: [
      {
        Status: 'firing',
        Labels: { alertname: 'DiskFull', instance: 'db-1:9100', severity: 'critical' },
        Annotations: { summary: 'Disk of db-1 is full', runbook: 'https://wiki/x?a=1&b=2' },
        StartsAt: '2026-02-28T23:30:00.25Z',
        GeneratorURL: 'http://prometheus:9090/graph?g0.expr=up',
        Fingerprint: '0123456789abcdef',
      },
      {
        Status: 'resolved',
        Labels: { alertname: 'DiskFull', instance: 'db-2:9100', severity: 'warning' },
        Annotations: {},
        StartsAt: '2026-02-28T22:00:00+08:00',
        EndsAt: '2026-02-28T23:00:00+08:00',
        GeneratorURL: '',
        Fingerprint: 'fedcba9876543210',
      },
    ],
    GroupLabels: { alertname: 'DiskFull' },
    CommonLabels: { alertname: 'DiskFull', job: 'node' },
    CommonAnnotations: {},
    ExternalURL: 'http://am.example:9093',
  },
}
