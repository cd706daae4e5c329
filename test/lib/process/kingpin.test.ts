import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { type KingpinFlags, kingpinUsage, parseKingpinFlags } from '#lib/process/kingpin.ts'

const DOLLAR = '$'
const even = (text: string) =>
  Number(text) % 2 === 0
    ? ({ ok: true, value: Number(text) } as const)
    : ({ ok: false, problem: `${text} is odd` } as const)
const FLAGS: KingpinFlags = {
  'a.file': { key: 'a.file', help: 'a file', read: (value) => ({ ok: true, value }), shownDefault: '"x.yml"' },
  'a.peer': { key: 'a.peers', help: 'a peer', read: (value) => ({ ok: true, value }), isRepeatable: true },
  'a.even': { key: 'a.even', help: 'a number that is even and has a text that is too long for a line', read: even },
  'a.switch': { key: 'a.switch', help: 'on or off' },
  'no-entry': { key: 'no_entry', help: 'a switch whose name begins with no' },
}

const overrides = (...argv: readonly string[]) => parseKingpinFlags(argv, FLAGS).sources.overrides

test('values stand behind a space or an equals sign; switches have none', () => {
  assert.deepEqual(overrides('--a.file', 'f', '--a.even=4', '--a.switch'), ['a.file="f"', 'a.even=4', 'a.switch=true'])
  assert.deepEqual(overrides('--no-a.switch', '--a.file=-x=y'), ['a.switch=false', 'a.file="-x=y"'])
  assert.deepEqual(overrides('--no-entry'), ['no_entry=true'])
  assert.deepEqual(overrides('--no-no-entry'), ['no_entry=false'])
  assert.deepEqual(overrides('--a.file='), ['a.file=""'])
  assert.deepEqual(overrides('--a.file', ''), ['a.file=""'])
  assert.deepEqual(overrides('--a.file', '-'), ['a.file="-"'])
  assert.deepEqual(overrides(`--a.file=${DOLLAR}{HOME}`), [`a.file="${DOLLAR}${DOLLAR}{HOME}"`], 'nothing is expanded')
})

test('a repeatable flag has all of its values, in their order', () => {
  assert.deepEqual(overrides('--a.peer=a:1', '--a.even', '2', '--a.peer', 'b:2'), ['a.peers=["a:1","b:2"]', 'a.even=2'])
})

test('the flags of every service of the house are there, under those of the program', () => {
  const argv = ['--set=a.file=s', '--default', 'b=1', '--set', 'c=2', '--a.file=f', '--config.check']
  const { sources, check } = parseKingpinFlags(argv, FLAGS)
  assert.deepEqual(sources, { defaults: ['b=1'], file: undefined, overrides: ['a.file=s', 'c=2', 'a.file="f"'] })
  assert.equal(check, true)
})

const WRONG: readonly (readonly [argv: readonly string[], problem: string])[] = [
  [['--nope'], "unknown long flag '--nope'"],
  [['--nope=1'], "unknown long flag '--nope'"],
  [['--no-a.file'], "unknown long flag '--no-a.file'"],
  [['--constructor'], "unknown long flag '--constructor'"],
  [['--=x'], "unknown long flag '--'"],
  [['-x'], "unknown short flag '-x'"],
  [['surplus'], 'unexpected surplus'],
  [['--', '--a.switch'], 'unexpected --a.switch'],
  [['--help', 'x'], 'unexpected x'],
  [['--a.switch=true'], 'unexpected true'],
  [['--a.switch', 'true'], 'unexpected true'],
  [['--a.file'], "expected argument for flag '--a.file'"],
  [['--a.file', '--a.switch'], "expected argument for flag '--a.file'"],
  [['--a.even', '-2'], "expected argument for flag '--a.even'"],
  [['--a.even=3'], '3 is odd'],
  [['--a.file=1', '--a.file=2'], "flag 'a.file' cannot be repeated"],
  [['--a.switch', '--no-a.switch'], "flag 'a.switch' cannot be repeated"],
]

test('a command line that is not understood is refused in the words of kingpin', () => {
  for (const [argv, problem] of WRONG) {
    const isRight = (error: unknown) =>
      error instanceof CodedError && error.code === 'USAGE' && error.message === problem
    assert.throws(() => parseKingpinFlags(argv, FLAGS), isRight, argv.join(' '))
  }
})

test('help waits for the rest of the line, the version does not', () => {
  for (const word of ['-h', '--help', '--help-long', '--help-man']) {
    assert.equal(parseKingpinFlags([word, '--a.switch'], FLAGS).help, true, word)
  }
  assert.equal(parseKingpinFlags(['--version', '--nope'], FLAGS).version, true)
})

test('the usage has each flag with its default, within 80 columns where it can', () => {
  const usage = kingpinUsage('program', 'What it is for.', FLAGS)
  assert.match(usage, /^usage: program \[<flags>\]\n\nWhat it is for\.\n\nFlags:\n {2}-h, --help +Show/)
  assert.match(usage, /^ {6}--a\.file="x\.yml" +a file$/m)
  assert.match(usage, /^ {6}--a\.peer=PEER \.\.\. +a peer$/m)
  assert.match(usage, /^ {6}--\[no-\]a\.switch +on or off$/m)
  assert.ok(usage.split('\n').every((line) => line.length <= 80))
})
