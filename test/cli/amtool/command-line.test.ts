import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseCommandLine } from '../../../cli/amtool/command-line/parse.ts'
import { parseServerUrl } from '../../../cli/amtool/connection.ts'
import { alignTabs } from '../../../cli/amtool/format/tab-writer.ts'
import { createProgram } from '../../../cli/amtool/program.ts'

function parse(...argv: readonly string[]) {
  const { path, values, asks, helpWords } = parseCommandLine(argv, createProgram())
  return { command: path.map(({ name }) => name).join(' '), values, asks, helpWords }
}

test('a command that is not named is the default one, and takes the flags that are its own', () => {
  assert.equal(parse('alert').command, 'amtool alert query')
  assert.equal(parse('config', 'routes').command, 'amtool config routes show')
  const { command, values } = parse('alert', '-asrpage', 'Disk', '--output=json', 'a=b', '--', '-c')
  assert.equal(command, 'amtool alert query')
  assert.deepEqual(
    ['active', 'silenced', 'inhibited', 'version-check'].map((name) => values.isOn(name)),
    [true, true, false, true],
  )
  assert.deepEqual([values.text('receiver'), values.text('output')], ['page', 'json'])
  assert.deepEqual(values.texts('matcher-groups'), ['Disk', 'a=b', '-c'])
  assert.deepEqual([values.isGiven('output'), values.isGiven('timeout'), values.text('timeout')], [true, false, '30s'])
})

test('switches are put off, values come after a blank or an equals sign, and some flags may come again', () => {
  const { values } = parse('--no-version-check', 'alert', 'add', 'x', '--annotation', 'a=b', '--annotation=c==d')
  assert.equal(values.isOn('version-check'), false)
  assert.deepEqual(values.texts('annotation'), ['a=b', 'c==d'])
  assert.deepEqual(parse('silence', 'add', '-h').asks, 'help')
  assert.deepEqual(parse('help', 'silence', 'add').helpWords, ['silence', 'add'])
  assert.equal(parse('--version', 'bogus').asks, 'version')
})

test('a command line is read or refused with a reason, whatever it is', () => {
  const words = [
    'alert',
    'silence',
    'add',
    'query',
    '--',
    '-',
    '--output',
    '-o',
    '--no-verbose',
    '--no-output',
    '-ab',
    '=',
    '',
  ]
  const word = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 }))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
      try {
        assert.match(parse(...argv).command, /^amtool/)
      } catch (error) {
        assert.equal((error as Error).name, 'CommandError')
      }
    }),
    { numRuns: 300 },
  )
})

test('cells of a column begin at the same place, and nothing but blanks is added', () => {
  assert.equal(alignTabs('a\tbb\tc\nlong\t\td\n'), 'a     bb  c\nlong      d\n')
  assert.equal(alignTabs('ä:\tx\n\nlonger:\ty\n'), 'ä:  x\n\nlonger:  y\n')
  const cell = fc.stringMatching(/^[a-z]{0,6}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (rows) => {
      const lines = alignTabs(rows.map((row) => `${row.join('\t')}\t\n`).join(''))
        .split('\n')
        .slice(0, -1)
      const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)) + 2)
      for (const [index, line] of lines.entries()) {
        assert.equal(line, rows[index]!.map((text, column) => text.padEnd(widths[column]!)).join(''))
      }
    }),
    { numRuns: 100 },
  )
})

test('a server is named by its URL, its host, or a prefix on this machine', () => {
  const href = (text: string) => parseServerUrl(text)?.href
  assert.equal(href('https://u:p@am.test/x'), 'https://u:p@am.test/x')
  assert.equal(href('am.test:9093'), 'http://am.test:9093/')
  assert.equal(href('/prefix'), 'http://localhost:9093/prefix')
  assert.equal(href('::'), undefined)
  assert.equal(href('ftp://x'), undefined)
})
