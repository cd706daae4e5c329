import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DedupOptions, notificationReason } from '../../../alertmanager/notify/dedup.ts'

const HOUR = 3_600_000
const OPTIONS: DedupOptions = { sendResolved: true, repeatIntervalMs: HOUR, groupIntervalMs: 10_000, tickMs: 10 * HOUR }
const REST = { parked: new Set('p'), receiverData: {}, expiresAtMs: 0 }
const set = (text: string) => new Set(text)

test('what is told depends on what was told last', () => {
  // Firing and resolved now; firing, resolved and hours ago of the last notification.
  type Row = [firing: string, resolved: string, last: [string, string, number] | undefined, reason: string]
  const rows: Row[] = [
    ['', '', undefined, 'none'],
    ['', 'a', undefined, 'none'],
    ['a', '', undefined, 'first notification'],
    ['a', 'b', undefined, 'first notification'],
    ['a', '', ['', 'a', 0], 'first notification'],
    ['ab', '', ['a', '', 0], 'new alerts added'],
    ['a', '', ['ab', '', 0], 'none'],
    ['', 'ab', ['ab', '', 0], 'all alerts resolved'],
    ['', 'ab', ['', 'ab', 0], 'none'],
    ['a', 'b', ['ab', '', 0], 'some alerts resolved'],
    ['a', 'b', ['a', 'b', 0], 'none'],
    ['a', 'p', ['a', '', 0], 'some alerts resolved'],
    ['ap', '', ['a', '', 0], 'new alerts added'],
    ['p', '', ['', 'a', 0], 'first notification'],
    ['', 'p', ['', 'a', 0], 'all alerts resolved'],
    ['', 'b', ['', 'a', 0], 'none'],
    ['a', '', ['a', '', 0.999], 'none'],
    // At a multiple of group_interval it is due, also when the clock was set forward or back a little meanwhile.
    ['a', '', ['a', '', 1], 'repeat interval elapsed'],
    ['a', '', ['a', '', 1 - 1 / 3_600], 'repeat interval elapsed'],
    ['a', '', ['a', '', 1.1], 'repeat interval elapsed'],
  ]
  for (const [firing, resolved, last, reason] of rows) {
    const entry = last && {
      firing: set(last[0]),
      resolved: set(last[1]),
      sentAtMs: OPTIONS.tickMs - last[2] * HOUR,
      ...REST,
    }
    const sets = { firing: set(firing), resolved: set(resolved) }
    assert.equal(notificationReason(sets, entry, OPTIONS), reason, JSON.stringify([firing, resolved, last]))
  }
})

test('without send_resolved only the end of all is worth a look', () => {
  const entry = { firing: set('ab'), resolved: set(''), sentAtMs: OPTIONS.tickMs, ...REST }
  const options = { ...OPTIONS, sendResolved: false }
  assert.equal(notificationReason({ firing: set('a'), resolved: set('b') }, entry, options), 'none')
  assert.equal(notificationReason({ firing: set(''), resolved: set('ab') }, entry, options), 'all alerts resolved')
})
