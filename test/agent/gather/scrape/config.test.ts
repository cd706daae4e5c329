import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkScrape } from '../../../../agent/gather/scrape/config.ts'
import { scrapeConfigOf } from '../../../support/scrape-harness.ts'

function problems(scrape: unknown): string[] {
  const found: string[] = []
  checkScrape(scrapeConfigOf(scrape), (path, message) => found.push(`${path.join('.')}: ${message}`))
  return found
}

describe('gather.scrape', () => {
  it('has defaults that hold for pods', () => {
    const config = scrapeConfigOf({})
    assert.equal(config.enabled && config.pods.enabled, true)
    assert.deepEqual([config.timeout, config.max_body_bytes, config.max_samples], [10_000, 16 * 1024 ** 2, 50_000])
    assert.deepEqual(config.targets, [])
    assert.deepEqual(problems({}), [])
  })

  it('refuses what cannot be', () => {
    const target = { job: 'x', urls: ['http://127.0.0.1:1'] }
    const at = 'gather.scrape.targets.0'
    const cases: [target: Record<string, unknown>, problem: string][] = [
      [{ labels: { job: 'y' } }, `${at}.labels.job: "job" cannot be the name of a label here`],
      [{ labels: { 'a-b': 'y' } }, `${at}.labels.a-b: "a-b" cannot be the name of a label here`],
      [
        { bearer_token_file: '/t', basic_auth: { username: 'u' } },
        `${at}.bearer_token_file: bearer_token_file and basic_auth cannot both be sent`,
      ],
      [
        { tls: { cert_file: '/c' } },
        `${at}.tls.cert_file: gather.scrape.targets[0].tls.cert_file needs gather.scrape.targets[0].tls.key_file`,
      ],
      [{ urls: ['http://u:p@127.0.0.1'] }, `${at}.urls.0: a URL has no user and password; write basic_auth`],
      [
        { urls: ['http://db:9/'], bearer_token_file: '/t' },
        `${at}.urls.0: credentials are not sent over plain http to another machine`,
      ],
      [{ relabel: [{ action: 'replace' }] }, `${at}.relabel.0: replace needs target_label`],
      [{ metric_relabel: [{ action: 'hashmod', target_label: 'a' }] }, `${at}.metric_relabel.0: hashmod needs modulus`],
    ]
    for (const [more, problem] of cases) assert.equal(reported([{ ...target, ...more }]), problem)
    assert.match(
      reported([{ ...target, relabel: [{ action: 'drop', regex: '(' }] }]),
      /^gather\.scrape\.targets\.0\.relabel\.0\.regex: "\(" is no pattern of RE2: /,
    )
  })
})

function reported(targets: unknown): string {
  return problems({ targets }).join('\n')
}
