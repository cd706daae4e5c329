import { hueOf, levelOf, plainText, shortTime } from './format.js'

/** Characters of a line in a closed row, and in an open one. */
const SHORT = 2_000
const LONG = 200_000

/** Makes an element. Contents are set as text only: log lines are never markup. */
export function element(tag, { className = '', text, ...properties } = {}, children = []) {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  if (text !== undefined) made.textContent = text
  Object.assign(made, properties)
  made.append(...children)
  return made
}

/** The row of a record. `actions` are what its detail offers: `only(field, value)` and `copy(text)`. */
export function createRow(record, view, actions) {
  const time = element('button', { className: 'time', type: 'button', text: shortTime(record.time, view.utc) })
  time.title = record.time
  time.setAttribute('aria-expanded', 'false')
  const name = [record.pod, record.container].filter(Boolean).join('/')
  const pod = element('span', { className: 'pod', text: record.pod ?? '' })
  pod.title = [record.namespace, name].filter(Boolean).join('/')
  const text = element('span', { className: 'text' })
  fillText(text, record, SHORT)
  const summary = element('div', { className: 'summary' }, [time, pod, text])
  const row = element('li', { className: 'row' }, [summary])
  row.style.setProperty('--hue', hueOf(record.pod ?? ''))

  const toggle = () => {
    const isOpen = row.toggleAttribute('data-open')
    time.setAttribute('aria-expanded', String(isOpen))
    fillText(text, record, isOpen ? LONG : SHORT)
    if (isOpen) row.append(createDetail(record, actions))
    else row.querySelector('.detail')?.remove()
  }
  time.addEventListener('click', (event) => {
    event.stopPropagation()
    toggle()
  })
  summary.addEventListener('click', () => {
    // Selecting text ends with a click as well.
    if (document.getSelection()?.isCollapsed !== false) toggle()
  })
  return row
}

/** Shows a time in the other zone. */
export function retime(row, record, utc) {
  row.querySelector('.time').textContent = shortTime(record.time, utc)
}

function fillText(target, record, most) {
  target.replaceChildren()
  if (record.severity) {
    const level = element('span', { className: 'level', text: record.severity })
    level.dataset.level = levelOf(record.severity)
    target.append(level)
  }
  const plain = plainText(record.text)
  target.append(plain.slice(0, most))
  if (plain.length > most) {
    const left = (plain.length - most).toLocaleString('en')
    const hint = most === SHORT ? `… ${left} more characters, open to see` : `… ${left} more characters, copy to see`
    target.append(element('span', { className: 'cut', text: hint }))
  }
}

function createDetail(record, { only, copy }) {
  const { text, attributes = {}, resource = {}, ...named } = record
  const pairs = { ...named, ...attributes, ...resource }
  const list = element('dl')
  for (const [name, value] of Object.entries(pairs)) {
    list.append(
      element('dt', { text: name }),
      element('dd', { text: typeof value === 'string' ? value : JSON.stringify(value) }),
    )
  }
  const button = (label, action) => {
    const made = element('button', { type: 'button', text: label })
    made.addEventListener('click', () => action(made))
    return made
  }
  const buttons = [
    button('Copy line', (from) => copy(text, from)),
    button('Copy JSON', (from) => copy(JSON.stringify(record), from)),
  ]
  for (const field of ['namespace', 'container', 'pod']) {
    if (record[field]) buttons.unshift(button(`Only this ${field}`, () => only(field, record[field])))
  }
  return element('div', { className: 'detail' }, [list, ...buttons])
}
