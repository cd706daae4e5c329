import { boolean, section } from '#lib/config/schema.ts'

/** The part of the collector's configuration that is about receiving by remote write. */
export function remoteWriteReceiverSection() {
  return section('Receiving by Prometheus remote write: from Prometheus, its agent mode, Alloy, vmagent.', {
    enabled: boolean({
      description:
        'Whether `/api/v1/write` and `/api/v1/push` are served at the address of `web`. The limits of `otlp` and of `metrics` apply.',
      default: true,
    }),
  })
}
