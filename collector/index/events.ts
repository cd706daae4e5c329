import type { Events, EventTable } from '#lib/events.ts'

/** What happens between the queue and Elasticsearch: each counter with its log line. */
export const INDEX_EVENTS = {
  bulkFailed: {
    metric: 'bulk_failures_total',
    help: 'Bulk requests that failed as a whole and are tried again, by reason.',
    level: 'warn',
    message: 'Elasticsearch did not take a bulk request; trying again, data waits in the queue',
    labels: ['reason'],
  },
  blocked: {
    metric: 'elasticsearch_blocks_total',
    help: 'Times that Elasticsearch began to refuse all documents, or all of a data stream, until somebody acts, by reason.',
    level: 'error',
    message: 'Elasticsearch takes no documents until somebody acts; they wait in the queue',
    labels: ['reason'],
  },
  unblocked: {
    metric: 'elasticsearch_unblocks_total',
    help: 'Times that Elasticsearch took documents again after that.',
    level: 'info',
    message: 'Elasticsearch takes documents again',
    labels: ['reason'],
  },
  bulkDivided: {
    metric: 'bulk_divided_total',
    help: 'Bulk requests that were sent again in halves, because they were too large or something in them was refused, by reason.',
    level: 'warn',
    message: 'a bulk request was refused or never answered; it is sent again in halves',
    labels: ['reason'],
  },
  documentsRetried: {
    metric: 'documents_retried_total',
    help: 'Documents that Elasticsearch turned away for the moment, by status.',
    level: 'warn',
    message: 'Elasticsearch turned away some documents; trying them again',
    labels: ['status'],
  },
  documentsInFailureStore: {
    metric: 'records_failure_store_total',
    help: 'Records that Elasticsearch put in the failure store of the data stream instead of its indices.',
    level: 'warn',
    message: 'Elasticsearch put documents in the failure store; search `<data stream>::failures` for the reason',
  },
  detected: {
    metric: 'elasticsearch_detections_total',
    help: 'Times that another kind or version of server was found than before.',
    level: 'info',
    message: 'found out what server documents are indexed in',
  },
  detectFailed: {
    metric: 'elasticsearch_detection_failures_total',
    help: 'Attempts to find out what server there is that failed, by reason.',
    level: 'warn',
    message: 'cannot find out what server there is; trying again, data waits in the queue',
    labels: ['reason'],
  },
  nodeFailed: {
    metric: 'elasticsearch_node_failures_total',
    help: 'Times that a node that worked could not be reached any more.',
    level: 'warn',
    message: 'a node of Elasticsearch does not answer; it is left out for a while',
  },
  nodeBack: {
    metric: 'elasticsearch_node_recoveries_total',
    help: 'Times that a node answered again.',
    level: 'info',
    message: 'a node of Elasticsearch answers again',
  },
  templateFailed: {
    metric: 'template_failures_total',
    help: 'Attempts to put the index template that failed.',
    level: 'warn',
    message: 'cannot put the index template; trying again, data waits in the queue',
  },
} as const satisfies EventTable

export type IndexEvents = Events<typeof INDEX_EVENTS>
