import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FIRST_TIME_US = 1_795_257_960_000_000n
const SEQUENCE = 'fa9e636f20044decb2799fc06f48279c'
const BOOT = '874171a62b7c4ec4960fa0609a371d06'

/** What the program does besides following the journal. */
export interface Misbehaviour {
  /** Entries after which it ends, with this code and text; 0 if it cannot read any. */
  readonly endAfter?: number
  readonly code?: number
  readonly stderr?: string
  /** Written before anything else. */
  readonly garbage?: string
}

/**
 * A journal of systemd in a file, and a journalctl that follows it as far as the agent asks for it: from the entry of a
 * cursor on, or if that is gone from the first one that is newer; or since a time.
 */
export class FakeJournal {
  /** The program. */
  readonly program: string
  readonly #directory: string
  #number = 0

  constructor(directory: string) {
    this.#directory = join(directory, 'journal')
    mkdirSync(this.#directory)
    writeFileSync(this.#file, '')
    this.program = join(this.#directory, 'journalctl')
    writeFileSync(this.program, `#!${process.execPath}\n${PROGRAM}`)
    chmodSync(this.program, 0o755)
  }

  get #file(): string {
    return join(this.#directory, 'entries')
  }

  /** Adds an entry; returns its cursor. */
  add(message: unknown, fields: Readonly<Record<string, unknown>> = {}): string {
    return this.addAll([message], fields)
  }

  /** Adds entries in one write; returns the cursor of the last one. */
  addAll(messages: readonly unknown[], fields: Readonly<Record<string, unknown>> = {}): string {
    let cursor = ''
    const lines = messages.map((message) => {
      this.#number += 1
      const timeUs = FIRST_TIME_US + BigInt(this.#number) * 1_000n
      const number = this.#number.toString(16)
      cursor = `s=${SEQUENCE};i=${number};b=${BOOT};m=${number};t=${timeUs.toString(16)};x=c984338806d9${number}`
      const entry = {
        ...{ _BOOT_ID: BOOT, _HOSTNAME: 'node-1', _TRANSPORT: 'journal', _SYSTEMD_UNIT: 'shop.service', ...fields },
        ...{ __REALTIME_TIMESTAMP: String(timeUs), __CURSOR: cursor, MESSAGE: message },
      }
      return `${JSON.stringify(entry)}\n`
    })
    appendFileSync(this.#file, lines.join(''))
    return cursor
  }

  /** Removes the oldest entries, as a journal that is full does. */
  drop(count: number): void {
    const lines = readFileSync(this.#file, 'utf8').split('\n')
    writeFileSync(this.#file, lines.slice(count).join('\n'))
  }

  /** Has the programs that are started from now on misbehave, or not any more. */
  misbehave(how: Misbehaviour): void {
    writeFileSync(join(this.#directory, 'misbehaviour'), JSON.stringify(how))
  }

  /** The arguments of each start so far. */
  get starts(): readonly (readonly string[])[] {
    const file = join(this.#directory, 'starts')
    if (!existsSync(file)) return []
    // The last line may be under way.
    return readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as string[])
  }
}

/** Reads the file anew every few milliseconds: tests have few entries. */
const PROGRAM = `
const { appendFileSync, existsSync, readFileSync } = require('node:fs')
const { join } = require('node:path')
const args = process.argv.slice(2)
const at = (name) => join(__dirname, name)
appendFileSync(at('starts'), JSON.stringify(args) + '\\n')
const how = existsSync(at('misbehaviour')) ? JSON.parse(readFileSync(at('misbehaviour'), 'utf8')) : {}
const option = (name) => args.find((arg) => arg.startsWith('--' + name + '='))?.slice(name.length + 3)
const parent = process.ppid
const timeOf = (cursor) => BigInt('0x' + /t=([0-9a-f]+)/.exec(cursor)[1])
let last
let written = 0
process.stdout.on('error', () => process.exit(1))
if (how.garbage !== undefined) process.stdout.write(how.garbage)
function next() {
  const lines = readFileSync(at('entries'), 'utf8').split('\\n').slice(0, -1)
  const cursors = lines.map((line) => JSON.parse(line).__CURSOR)
  if (last !== undefined) return lines.slice(cursors.findIndex((cursor) => timeOf(cursor) > timeOf(last)) >>> 0)
  const wanted = option('cursor')
  if (wanted !== undefined) return lines.slice(cursors.findIndex((cursor) => timeOf(cursor) >= timeOf(wanted)) >>> 0)
  const since = BigInt((option('since') ?? '@0').slice(1)) * 1000000n
  return lines.filter((_, index) => timeOf(cursors[index]) >= since)
}
function fail() {
  process.stderr.write(how.stderr ?? '')
  process.exit(how.code ?? 0)
}
async function follow() {
  if (how.endAfter === 0) fail()
  if (!args.includes('--follow')) return process.stdout.write(next().slice(-1).map((line) => line + '\\n').join(''))
  while (process.ppid === parent) {
    for (const line of next()) {
      last = JSON.parse(line).__CURSOR
      if (!process.stdout.write(line + '\\n')) await new Promise((resolve) => process.stdout.once('drain', resolve))
      written += 1
      if (written === how.endAfter) {
        await new Promise((resolve) => process.stdout.write('', resolve))
        fail()
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
follow()
`
