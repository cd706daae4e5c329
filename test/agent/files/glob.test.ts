import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesGlob, parseGlob } from '../../../agent/files/glob.ts'

const parsed = (pattern: string) => {
  const result = parseGlob(pattern, '/cwd')
  assert.ok(result.ok, `${pattern}: ${result.ok ? '' : result.problem}`)
  return result.globs
}
const isMatch = (pattern: string, path: string) => parsed(pattern).some((glob) => matchesGlob(path, glob))

const MATCHES: readonly (readonly [pattern: string, matches: readonly string[], others: readonly string[]])[] = [
  ['/var/log/syslog', ['/var/log/syslog'], ['/var/log/syslog.1', '/var/log/x/syslog', '/var/log']],
  [
    '/var/log/*.log',
    ['/var/log/a.log', '/var/log/a.b.log'],
    ['/var/log/.a.log', '/var/log/x/a.log', '/var/log/a.log.1'],
  ],
  ['/var/log/.*.log', ['/var/log/.a.log'], ['/var/log/a.log']],
  ['/var/log/**/*.log', ['/var/log/a.log', '/var/log/x/y/a.log'], ['/var/log/.x/a.log', '/var/logs/a.log']],
  ['/a/**', ['/a/b', '/a/b/c'], ['/a', '/a/.b', '/a/b/.c']],
  ['/a/**/b/*', ['/a/b/x', '/a/c/b/x', '/a/b/b/x'], ['/a/b', '/a/c/x']],
  ['/a/?.log', ['/a/x.log', '/a/é.log'], ['/a/.log', '/a/xy.log']],
  ['/a/[a-c]x', ['/a/bx'], ['/a/dx', '/a/x']],
  ['/a/[!a-c]x', ['/a/dx'], ['/a/bx']],
  ['/a/[^a-c]x', ['/a/dx'], ['/a/bx']],
  ['/a/[]^]', ['/a/]', '/a/^'], ['/a/x']],
  ['/a/[[&&x]', ['/a/[', '/a/&', '/a/x'], ['/a/y']],
  ['/a/[', ['/a/['], ['/a/x']],
  ['/a/\\*.log', ['/a/*.log'], ['/a/x.log']],
  ['/x\\*y/a*', ['/x*y/abc'], ['/xzy/abc']],
  ['/{a,b{c,d}}/x', ['/a/x', '/bc/x', '/bd/x'], ['/b/x', '/bcd/x']],
  ['/a{b}/{}x', ['/a{b}/{}x'], ['/ab/x']],
  ['/a.b+(c)|d/$x^', ['/a.b+(c)|d/$x^'], ['/aab/x']],
  ['rel/*', ['/cwd/rel/x'], ['/rel/x']],
  ['../logs/*', ['/logs/x'], ['/cwd/logs/x']],
  ['/*/x', ['/q/x'], ['/x', '/q/q/x']],
  ['/a//b/./c', ['/a/b/c'], []],
]

for (const [pattern, matches, others] of MATCHES) {
  test(`${pattern} matches what a shell would match`, () => {
    for (const path of matches) assert.ok(isMatch(pattern, path), path)
    for (const path of others) assert.ok(!isMatch(pattern, path), path)
  })
}

const PROBLEMS: readonly (readonly [pattern: string, problem: RegExp])[] = [
  ['', /no path/],
  ['/var/log/', /names a directory/],
  ['/', /names a directory/],
  ['/a/*/../b', /must not have \.\./],
  ['/a/..', /must not have \.\./],
  ['/a/[z-a]', /invalid character class/],
  [`/${'{a,b}'.repeat(12)}`, /more than 1000 patterns/],
  [`/${'x'.repeat(5_000)}`, /more than 4096 characters/],
]

for (const [pattern, problem] of PROBLEMS) {
  test(`${JSON.stringify(pattern.slice(0, 40))} is refused`, () => {
    const result = parseGlob(pattern, '/cwd')
    assert.ok(!result.ok)
    assert.match(result.problem, problem)
  })
}

test('any text is read without a throw, and a name in which all is escaped matches itself alone', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'ab*?[]!^{},\\./-') }),
      fc.string({ minLength: 1 }),
      (text, other) => {
        parseGlob(`/${text}`, '/cwd')
        const name = other.replaceAll('/', '_').replaceAll('\0', '_')
        if (name === '.' || name === '..') return
        const escaped = name.replaceAll(/[*?[\]{},\\]/g, '\\$&')
        assert.ok(isMatch(`/x/${escaped}`, `/x/${name}`), name)
        assert.ok(!isMatch(`/x/${escaped}`, `/x/${name}y`), name)
      },
    ),
    { numRuns: 300 },
  )
})
