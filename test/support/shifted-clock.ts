import { readFileSync } from 'node:fs'

/**
 * Loaded into a process by `--import=file:///…/shifted-clock.ts?file=<path>`: its wall clock goes by as many milliseconds
 * off the real one as the file says, which is looked at all the time. What measures durations is left alone, as it is
 * when somebody sets the clock.
 */
const LOOK_EVERY_MS = 20

const file = new URL(import.meta.url).searchParams.get('file')
if (file === null) throw new Error('which file has the shift of the clock?')
const path = file
const { now } = Date
let shiftMs = 0

function look(): void {
  try {
    shiftMs = Number(readFileSync(path, 'utf8'))
  } catch {
    // Not written yet.
  }
}

look()
setInterval(look, LOOK_EVERY_MS).unref()
Date.now = () => now() + shiftMs
