import { createRow, element, retime } from './row.js'

/** Rows that the page holds at most; the oldest go first. */
const MAX_ROWS = 2_000

const keyOf = ({ time, id }) => `${time} ${id}`

/**
 * The lines, newest first, each once. New ones find their place by time, so a line that comes late stands where it
 * belongs.
 */
export class LineList {
  #target
  #actions
  #entries = []
  #keys = new Set()
  view = { utc: false }

  constructor(target, actions) {
    this.#target = target
    this.#actions = actions
  }

  get length() {
    return this.#entries.length
  }

  get isFull() {
    return this.#entries.length >= MAX_ROWS
  }

  get newest() {
    return this.#entries[0]?.record
  }

  clear() {
    this.#entries = []
    this.#keys.clear()
    this.#target.replaceChildren()
  }

  has(record) {
    return this.#keys.has(keyOf(record))
  }

  /** @returns how many of the records were not there yet */
  add(records, isFresh) {
    let added = 0
    for (const record of records) if (this.#addOne(record, isFresh)) added += 1
    while (this.#entries.length > MAX_ROWS) {
      const { key, row } = this.#entries.pop()
      this.#keys.delete(key)
      row.remove()
    }
    return added
  }

  /** Puts a remark above the newest line. */
  remark(text) {
    this.#target.prepend(element('li', { className: 'skip', text }))
    const remarks = this.#target.querySelectorAll('.skip')
    if (remarks.length > 50) remarks[remarks.length - 1].remove()
  }

  showTimes(utc) {
    this.view.utc = utc
    for (const { record, row } of this.#entries) retime(row, record, utc)
  }

  /** Moves the focus to the row after, or before, the focused one. */
  step(by) {
    const focused = document.activeElement?.closest('.row')
    const at = this.#entries.findIndex(({ row }) => row === focused)
    const next = this.#entries[Math.max(0, at + by)]
    next?.row.querySelector('.time').focus()
    next?.row.scrollIntoView({ block: 'nearest' })
  }

  #addOne(record, isFresh) {
    const key = keyOf(record)
    if (this.#keys.has(key)) return false
    const at = this.#placeOf(key)
    if (at >= MAX_ROWS) return false
    const row = createRow(record, this.view, this.#actions)
    if (isFresh) row.dataset.fresh = ''
    const before = at < this.#entries.length ? this.#entries[at].row : null
    this.#target.insertBefore(row, at === 0 ? this.#target.firstChild : before)
    this.#entries.splice(at, 0, { key, record, row })
    this.#keys.add(key)
    return true
  }

  /** The first place whose key is smaller. */
  #placeOf(key) {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#entries[middle].key > key) low = middle + 1
      else high = middle
    }
    return low
  }
}
