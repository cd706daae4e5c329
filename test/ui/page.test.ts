import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { FakeDocument } from '../collector/query/fake-search.ts'
import { startQueryServer } from '../collector/query/query-server.ts'

const CHROMIUM = '/usr/bin/chromium'
const skip = existsSync(CHROMIUM) ? false : `${CHROMIUM} is missing; install Debian's package chromium`
let browser: Browser

before(async () => {
  if (skip === false) {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage']
    browser = await chromium.launch({ executablePath: CHROMIUM, args })
  }
})
after(async () => browser?.close())

function line(id: string, secondsAgo: number, more: Partial<FakeDocument> = {}): FakeDocument {
  const time = `${new Date(Date.now() - secondsAgo * 1_000).toISOString().slice(0, 23)}000001Z`
  return { id, time, namespace: 'shop', pod: 'web-1', container: 'app', text: `line ${id}`, ...more }
}

interface Opened {
  readonly page: Page
  readonly index: Awaited<ReturnType<typeof startQueryServer>>['index']
  /** What the page complained about: errors, and what its policy refused. */
  readonly complaints: string[]
  readonly texts: () => Promise<string[]>
}

/** A test with the page open over some documents. */
function pageTest(
  name: string,
  documents: readonly FakeDocument[],
  path: string,
  run: (opened: Opened) => Promise<void>,
) {
  test(name, { skip }, async (t) => {
    const { url, index } = await startQueryServer(t, { tail: { limits: { pollMs: 50 } } })
    index.add(...documents)
    const page = await browser.newPage({ viewport: { width: 1200, height: 700 } })
    page.setDefaultTimeout(10_000)
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    await page.goto(`${url}/${path}`)
    await page.waitForSelector('#scroller[aria-busy="false"]')
    const texts = () => page.locator('.row .text').allTextContents()
    await run({ page, index, complaints, texts }).finally(() => page.close())
  })
}

const rowWith = (text: string) => `.row:has-text("${text}")`

pageTest(
  'shows the newest lines first, searches, and keeps the search in the address',
  [line('a', 30), line('b', 20, { text: 'needle found', pod: 'db-0' }), line('c', 10)],
  '',
  async ({ page, texts, complaints }) => {
    assert.deepEqual(await texts(), ['line c', 'needle found', 'line a'])
    await page.keyboard.press('/')
    await page.keyboard.type('needle')
    await page.keyboard.press('Enter')
    await page.locator('.row').nth(1).waitFor({ state: 'detached' })
    assert.deepEqual(await texts(), ['needle found'])
    assert.match(page.url(), /\?q=needle$/)
    await page.reload()
    await page.waitForSelector(rowWith('needle found'))
    assert.equal(await page.inputValue('#q'), 'needle')
    await page.locator('.time').first().click()
    await page.getByRole('button', { name: 'Only this pod' }).click()
    assert.equal(await page.inputValue('#pod'), 'db-0')
    assert.deepEqual(complaints, [])
  },
)

pageTest('shows new lines as they come, late ones in their place, each once', [line('a', 30)], '', async (opened) => {
  const { page, index, texts, complaints } = opened
  await page.waitForSelector('#live[data-state="live"]')
  index.add(line('new', 0))
  await page.waitForSelector(rowWith('line new'))
  index.add(line('late', 10))
  await page.waitForSelector(rowWith('line late'))
  assert.deepEqual(await texts(), ['line new', 'line late', 'line a'])
  await page.click('#live')
  await page.waitForSelector('#live[data-state="paused"]')
  assert.match(page.url(), /live=0/)
  assert.deepEqual(complaints, [])
})

pageTest(
  'holds new lines while the reader is further down',
  Array.from({ length: 150 }, (_, n) => line(`old${n}`, 60 + n)),
  '',
  async ({ page, index }) => {
    await page.waitForSelector('#live[data-state="live"]')
    await page.locator('#scroller').evaluate((scroller) => scroller.scrollTo(0, 900))
    await page.waitForTimeout(100)
    index.add(line('x', 0), line('y', 0))
    await page.waitForSelector('#held:has-text("2 new lines")')
    assert.equal(await page.locator(rowWith('line x')).count(), 0)
    await page.click('#held')
    await page.waitForSelector(rowWith('line x'))
    assert.equal(await page.locator('#scroller').evaluate((scroller) => scroller.scrollTop), 0)
  },
)

const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'

pageTest(
  'hostile lines and names are only ever text',
  [
    line('evil', 5, {
      text: `${MARKUP}\u001b[31mred\u001b[0m`,
      pod: '<b>pod</b>',
      namespace: '"><svg onload=window.hacked=1>',
      severity: '<i>',
    }),
  ],
  '?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.hacked%3D1%3E%20OR%20line%20OR%20red',
  async ({ page, texts, complaints }) => {
    await page.waitForSelector('.row')
    await page.locator('.time').click()
    await page.waitForSelector('.detail')
    assert.deepEqual(await texts(), [`<i>${MARKUP}red`])
    assert.equal(await page.locator('#lines img, #lines script, #lines b, #lines svg, #lines i').count(), 0)
    assert.equal(await page.evaluate(() => 'hacked' in globalThis), false)
    assert.deepEqual(complaints, [])
  },
)

pageTest(
  'says what to do when nothing matches, and when Elasticsearch is down',
  [line('a', 5)],
  '?q=nothing',
  async (opened) => {
    const { page, index } = opened
    await page.waitForSelector('#empty:has-text("No line matches")')
    assert.equal(await page.textContent('#empty-command'), 'vedette query --since 1h nothing')
    index.fault = () => ({ kind: 'unreachable', reason: 'connection', message: 'connect ECONNREFUSED' })
    await page.click('button[type=submit]')
    await page.waitForSelector('#notice:has-text("Elasticsearch did not answer the search: connect ECONNREFUSED.")')
    index.fault = () => undefined
    await page.fill('#q', '')
    await page.click('button[type=submit]')
    await page.waitForSelector(rowWith('line a'))
    assert.equal(await page.locator('#notice').isVisible(), false)
    await page.fill('#q', '"open')
    await page.click('button[type=submit]')
    await page.waitForSelector('#notice:has-text("the quote at character 1 is not closed")')
  },
)

pageTest(
  'loads older lines, without doubling any, up to what a page holds',
  Array.from({ length: 2_500 }, (_, n) => line(`n${String(n).padStart(4, '0')}`, 10 + n / 10)),
  '?live=0',
  async ({ page }) => {
    const rows = () => page.locator('.row').count()
    for (let turn = 0; turn < 100 && (await rows()) < 2_000; turn++) {
      await page.locator('#scroller').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight))
      await page.waitForTimeout(40)
    }
    assert.equal(await rows(), 2_000)
    assert.match((await page.textContent('#summary')) ?? '', /2,000 of 2,500 lines.*holds no more/)
  },
)
