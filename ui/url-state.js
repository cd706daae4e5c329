const DEFAULT_SINCE = '1h'

/** The search and the view as the address says them, so that a link shows another person the same. */
export function readState(search) {
  const given = new URLSearchParams(search)
  return {
    q: given.get('q') ?? '',
    namespace: given.get('namespace') ?? '',
    pod: given.get('pod') ?? '',
    since: given.get('since') ?? DEFAULT_SINCE,
    live: given.get('live') !== '0',
    utc: given.get('utc') === '1',
    wrap: given.get('wrap') !== '0',
  }
}

/** The query part of the address; what is as it would be anyway is left out. */
export function printState(state) {
  const parameters = new URLSearchParams()
  for (const name of ['q', 'namespace', 'pod']) if (state[name] !== '') parameters.set(name, state[name])
  if (state.since !== DEFAULT_SINCE) parameters.set('since', state.since)
  if (!state.live) parameters.set('live', '0')
  if (state.utc) parameters.set('utc', '1')
  if (!state.wrap) parameters.set('wrap', '0')
  const text = parameters.toString()
  return text === '' ? '' : `?${text}`
}

/** The same search on a terminal. */
export function printCommand({ q, namespace, pod, since }) {
  const parts = ['vedette query']
  if (namespace !== '') parts.push('-n', quote(namespace))
  if (pod !== '') parts.push('-p', quote(pod))
  if (since !== '') parts.push('--since', quote(since))
  if (q !== '') parts.push(q.startsWith('-') ? '--' : '', quote(q))
  return parts.filter((part) => part !== '').join(' ')
}

function quote(text) {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
