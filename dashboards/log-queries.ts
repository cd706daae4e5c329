/*
 * Lucene queries of log panels, on the fields that the collector writes. Variables are written as regular expressions,
 * which holds for what several values and "All" become in Prometheus as well.
 */

const NAMESPACE = 'resource.attributes.k8s.namespace.name:/${namespace:regex}/'
const POD = 'resource.attributes.k8s.pod.name:/${pod:regex}/'
const CONTAINER = 'resource.attributes.k8s.container.name:/${container:regex}/'

/** Records of the chosen containers. */
export const POD_LOGS_QUERY = `${NAMESPACE} AND ${POD} AND ${CONTAINER}`

/** What one can ask of the severity. Its number is used, because its text is whatever a program calls it. */
export const SEVERITIES: Readonly<Record<string, string>> = {
  All: '*',
  'Errors and above': 'severity_number:>=17',
  'Warnings and above': 'severity_number:>=13',
  'Info and above': 'severity_number:>=9',
  'Below info': 'severity_number:<9',
  'Without severity': '(NOT _exists_:severity_number)',
}

/** The same by severity, and with a text that is Lucene of its own: words, phrases, AND, OR, NOT. */
export const LOGS_QUERY = `${POD_LOGS_QUERY} AND \${severity:raw} AND body.text:(\${text:raw})`

/** What failed. */
export const ERROR_LOGS_QUERY = `${POD_LOGS_QUERY} AND severity_number:>=17 AND body.text:(\${text:raw})`

/** Files of nodes, the journal, and what other senders send: records of no pod. */
export const OTHER_LOGS_QUERY = 'NOT _exists_:resource.attributes.k8s.pod.name AND body.text:(${text:raw})'
