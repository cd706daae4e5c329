import type { Events, EventTable } from '#lib/events.ts'

/** What happens while pages of metrics are read. */
export const SCRAPE_EVENTS = {
  scrapeFailed: {
    metric: 'scrape_failures_total',
    help: 'Scrapes that failed, by reason; the target is down and its series have ended until the next.',
    level: 'warn',
    message: 'cannot scrape a target; its series have ended until it can be done',
    labels: ['reason'],
    linePer: 'path',
  },
  samplesRefused: {
    metric: 'scrape_samples_refused_total',
    help: 'Samples on pages that were left out, by reason: duplicate (the series stands there before), conflict (its name belongs to a metric of another kind, or to the scrape).',
    level: 'warn',
    message: 'left out samples of a page that stand there twice, or contradict others',
    labels: ['reason'],
    linePer: 'path',
  },
  podNotScraped: {
    metric: 'scrape_pods_refused_total',
    help: 'Pods that ask to be scraped and cannot be, by reason.',
    level: 'warn',
    message: 'cannot scrape a pod as its annotations ask',
    labels: ['reason'],
    linePer: 'path',
  },
} as const satisfies EventTable

export type ScrapeEvents = Events<typeof SCRAPE_EVENTS>
