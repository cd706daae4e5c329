import { ApiError, fetchRecords, fetchValues } from './api.js'
import { count } from './format.js'
import { LineList } from './line-list.js'
import { Live } from './live.js'
import { printCommand, printState, readState } from './url-state.js'

const PAGE = 200
const RETRY_MS = 5_000
const $ = (id) => document.getElementById(id)

const state = readState(location.search)
let running = new AbortController()
let cursor
let asOf
let total
let retry = 0

const lines = new LineList($('lines'), {
  only(field, value) {
    if (field === 'container') state.q = `${state.q} container:${value}`.trim()
    else state[field] = value
    showState()
    void search()
  },
  async copy(text, button) {
    const label = button.textContent
    const done = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )
    button.textContent = done ? 'Copied' : 'The browser does not allow it'
    setTimeout(() => (button.textContent = label), 1_500)
  },
})

const live = new Live({
  records(records) {
    const added = lines.add(records, true)
    if (total !== undefined) total.value += added
    if (added > 0) showSummary()
    $('empty').hidden = lines.length > 0
  },
  unknown: (records) => records.filter((record) => !lines.has(record)),
  held(waiting) {
    $('held').hidden = waiting === 0
    $('held').textContent = `${count(waiting, 'new line')} ↑`
  },
  skipped: ({ count: skipped }) =>
    lines.remark(`${count(skipped, 'line')} left out here: too many to show live. Narrow the search to see them all.`),
  position: () => lines.newest?.time,
  state(name, error) {
    showLive(name)
    if (name === 'live') hideNotice()
    if (error !== undefined) showNotice('Live view waits.', error)
  },
})

function filterOf({ q, namespace, pod }) {
  return { q, namespace, pod }
}

/** @param isRetry the page goes on showing what was wrong until it is better */
async function search(isRetry = false) {
  clearTimeout(retry)
  running.abort()
  running = new AbortController()
  const { signal } = running
  live.stop()
  history.replaceState(null, '', location.pathname + printState(state))
  $('scroller').setAttribute('aria-busy', 'true')
  $('summary').textContent = 'Searching…'
  if (!isRetry) hideNotice()
  try {
    const page = await fetchRecords({ ...filterOf(state), since: state.since }, { limit: PAGE }, signal)
    hideNotice()
    lines.clear()
    lines.add(page.records, false)
    cursor = page.next_cursor
    asOf = page.as_of
    $('scroller').scrollTop = 0
    showResult(page)
    live.isHolding = false
    if (state.live) live.start(filterOf(state), lines.newest?.time ?? asOf)
    else showLive('off')
  } catch (error) {
    if (signal.aborted) return
    lines.clear()
    showFailure(error)
    if (state.live && !error.isFinal) retry = setTimeout(() => void search(true), RETRY_MS)
  }
  $('scroller').setAttribute('aria-busy', 'false')
}

async function loadOlder() {
  if (cursor === undefined || $('older').disabled) return
  $('older').disabled = true
  const { signal } = running
  try {
    const page = await fetchRecords({ ...filterOf(state), since: state.since }, { limit: PAGE, cursor }, signal)
    if (signal.aborted) return
    lines.add(page.records, false)
    cursor = lines.isFull ? undefined : page.next_cursor
    $('older').hidden = cursor === undefined
    if (lines.isFull) showSummary('the page holds no more; shorten the time range')
    else showSummary()
  } catch (error) {
    if (!signal.aborted) showNotice('Older lines could not be loaded.', error)
  } finally {
    $('older').disabled = false
  }
}

function showResult(page) {
  total = page.total
  showSummary()
  $('older').hidden = cursor === undefined
  $('empty').hidden = lines.length > 0
  if (page.warnings?.length > 0) showNotice('Not everything is here.', new ApiError(page.warnings.join('; '), ''))
  const isFiltered = state.q !== '' || state.namespace !== '' || state.pod !== ''
  $('empty-title').textContent = isFiltered ? 'No line matches' : 'No lines in this time'
  $('empty-text').textContent = isFiltered
    ? 'Widen the time range or loosen the search. Words must occur whole: end one with * to match its beginning.'
    : 'Choose a longer time. If nothing has ever arrived: agents send to port 4318 of this collector, and lines appear here a second after they are written.'
  $('empty-command').textContent = printCommand(state)
}

function showSummary(remark = '') {
  const isMore = total !== undefined && (total.relation === 'gte' || total.value > lines.length)
  const found =
    total?.relation === 'gte' ? `more than ${total.value.toLocaleString('en')}` : total?.value.toLocaleString('en')
  const of = isMore ? ` of ${found}` : ''
  $('summary').textContent =
    `${lines.length.toLocaleString('en')}${of} lines, newest first${remark === '' ? '' : ` – ${remark}`}`
}

function showFailure(error) {
  $('summary').textContent = 'No result'
  $('older').hidden = true
  $('empty').hidden = true
  showLive(state.live && !error.isFinal ? 'failing' : 'off')
  showNotice('The search failed.', error)
}

function showNotice(title, error) {
  $('notice-title').textContent = title
  $('notice-text').textContent = [error.message, error.cure]
    .filter(Boolean)
    .join(/[.!]$/.test(error.message) ? ' ' : '. ')
  $('notice').hidden = false
}

function hideNotice() {
  $('notice').hidden = true
}

const LIVE_LABELS = { live: 'Live', connecting: 'Connecting', failing: 'Reconnecting', off: 'Paused' }

function showLive(name) {
  $('live').dataset.state = name === 'off' ? 'paused' : name
  $('live').setAttribute('aria-pressed', String(state.live))
  $('live-label').textContent = LIVE_LABELS[name]
}

function showState() {
  for (const name of ['q', 'namespace', 'pod']) $(name).value = state[name]
  const known = [...$('since').options].some(({ value }) => value === state.since)
  if (!known) $('since').add(new Option(`since ${state.since}`, state.since))
  $('since').value = state.since
  $('utc').checked = state.utc
  $('wrap').checked = state.wrap
  document.body.classList.toggle('no-wrap', !state.wrap)
  lines.showTimes(state.utc)
}

async function suggest(field, listId, filter) {
  try {
    const values = await fetchValues(field, { ...filter, since: state.since })
    $(listId).replaceChildren(...values.map((value) => new Option(value, value)))
  } catch {
    // Suggestions are a convenience; the search itself says what is wrong.
  }
}

function readForm() {
  for (const name of ['q', 'namespace', 'pod']) state[name] = $(name).value.trim()
  state.since = $('since').value
}

$('search').addEventListener('submit', (event) => {
  event.preventDefault()
  readForm()
  void search()
})
for (const name of ['namespace', 'pod', 'since']) {
  $(name).addEventListener('change', () => {
    readForm()
    void search()
  })
}
$('namespace').addEventListener('focus', () => void suggest('namespace', 'namespaces', {}))
$('pod').addEventListener('focus', () => void suggest('pod', 'pods', { namespace: $('namespace').value.trim() }))
$('live').addEventListener('click', () => {
  state.live = !state.live
  void search()
})
$('utc').addEventListener('change', () => {
  state.utc = $('utc').checked
  showState()
  history.replaceState(null, '', location.pathname + printState(state))
})
$('wrap').addEventListener('change', () => {
  state.wrap = $('wrap').checked
  showState()
  history.replaceState(null, '', location.pathname + printState(state))
})
$('older').addEventListener('click', () => void loadOlder())
$('notice-retry').addEventListener('click', () => void search())
$('held').addEventListener('click', () => {
  $('scroller').scrollTop = 0
  live.release()
})
$('scroller').addEventListener('scroll', () => {
  const isAtTop = $('scroller').scrollTop < 30
  if (isAtTop && live.isHolding) live.release()
  live.isHolding = !isAtTop
})
new IntersectionObserver(
  ([{ isIntersecting }]) => {
    if (isIntersecting && $('scroller').scrollTop > 0) void loadOlder()
  },
  { root: $('scroller'), rootMargin: '400px' },
).observe($('older'))

document.addEventListener('keydown', (event) => {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement
  if (event.key === 'Escape' && isTyping) event.target.blur()
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === '/') $('q').focus()
  else if (event.key === 'l') $('live').click()
  else if (event.key === 'j') lines.step(1)
  else if (event.key === 'k') lines.step(-1)
  else return
  event.preventDefault()
})

showState()
void search()
