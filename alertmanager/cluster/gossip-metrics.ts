import { counterOf, Histogram, type Registry } from '#lib/metrics.ts'

/** How many records of other members told something new, by upstream's names of the states. */
export type NewsCounts = Readonly<Record<'sil' | 'nfl', number>>

export const NO_NEWS: NewsCounts = { sil: 0, nfl: 0 }

/** Counts what came from other members. Upstream passes it on, and counts that; here members tell all others themselves. */
export function registerGossipMetrics(registry: Registry, news: NewsCounts): void {
  const counter = (state: string, read: () => number) => {
    const help = 'Number of received changes that were news.'
    counterOf(registry, { name: `alertmanager_${state}_gossip_messages_propagated_total`, help }, read)
  }
  counter('silences', () => news.sil)
  counter('nflog', () => news.nfl)
}

/** What upstream counts of messages that are too large for its datagrams; here there are none, and no message is. */
export function registerOversizedMetrics(registry: Registry): void {
  const keys = ['nfl', 'sil'] as const
  const zero = () => keys.map((key) => ({ labels: { key }, value: 0 }))
  for (const what of ['sent', 'failure']) {
    const help = 'Number of oversized gossip messages; there are none.'
    const name = `alertmanager_oversized_gossip_message_${what}_total`
    counterOf(registry, { name, help, labelNames: ['key'] }, zero)
  }
  const duration = new Histogram({
    name: 'alertmanager_oversize_gossip_message_duration_seconds',
    help: 'Duration of oversized gossip messages; there are none.',
    labelNames: ['key'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  for (const key of keys) duration.zero({ key })
}
