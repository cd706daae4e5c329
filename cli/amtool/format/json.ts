import { LabelSet } from '#lib/labels.ts'
import { encodeJson, type Json } from '../../../alertmanager/json.ts'
import type { Alert, ClusterStatus, Labels, Silence, Status } from '../api/shapes.ts'
import type { Formatter } from './formatter.ts'
import { normalTime } from './time.ts'

/** JSON on one line, with its keys in the order of the API's description, in the order of the answer. */
export function jsonFormatter(): Formatter {
  const line = (value: Json) => encodeJson(value, { escapeHtml: true })
  return {
    silences: (silences) => line(silences.map(silenceJson)),
    alerts: (alerts) => line(alerts.map(alertJson)),
    config: ({ cluster, config, uptime, versionInfo }: Status) => {
      const { branch, buildDate, buildUser, goVersion, revision, version } = versionInfo
      return line({
        cluster: clusterJson(cluster),
        config: { original: config.original },
        uptime: normalTime(uptime),
        versionInfo: { branch, buildDate, buildUser, goVersion, revision, version },
      })
    },
    cluster: (status) => line(clusterJson(status)),
  }
}

function labelsJson(labels: Labels): LabelSet {
  return LabelSet.from(labels)
}

function alertJson({ status, receivers, ...alert }: Alert): Json {
  const { inhibitedBy, mutedBy, silencedBy, state } = status
  return {
    annotations: labelsJson(alert.annotations),
    endsAt: normalTime(alert.endsAt),
    fingerprint: alert.fingerprint,
    receivers: receivers.map(({ name, labels }) => ({
      ...(labels === undefined ? {} : { labels: labelsJson(labels) }),
      name,
    })),
    startsAt: normalTime(alert.startsAt),
    status: { inhibitedBy, mutedBy: mutedBy ?? null, silencedBy, state },
    updatedAt: normalTime(alert.updatedAt),
    generatorURL: alert.generatorURL === '' ? undefined : alert.generatorURL,
    labels: labelsJson(alert.labels),
  }
}

function silenceJson(silence: Silence): Json {
  const { annotations = {} } = silence
  return {
    id: silence.id,
    status: { state: silence.status.state },
    updatedAt: normalTime(silence.updatedAt),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: labelsJson(annotations) }),
    comment: silence.comment,
    createdBy: silence.createdBy,
    endsAt: normalTime(silence.endsAt),
    matchers: silence.matchers.map(({ isEqual, isRegex, name, value }) => ({ isEqual, isRegex, name, value })),
    startsAt: normalTime(silence.startsAt),
  }
}

function clusterJson({ name, peers = [], status }: ClusterStatus): Json {
  return {
    ...(name === undefined || name === '' ? {} : { name }),
    peers: peers.map((peer) => ({ address: peer.address, name: peer.name })),
    status,
  }
}
