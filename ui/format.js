const two = (number) => String(number).padStart(2, '0')

/** The time of a row: today's without the date, milliseconds always. */
export function shortTime(time, utc, now = new Date()) {
  const date = new Date(time)
  const millis = time.slice(20, 23)
  if (utc) {
    const day = time.slice(0, 10) === now.toISOString().slice(0, 10) ? '' : `${time.slice(5, 10)} `
    return `${day}${time.slice(11, 19)}.${millis}`
  }
  const isToday = date.toDateString() === now.toDateString()
  const day = isToday ? '' : `${two(date.getMonth() + 1)}-${two(date.getDate())} `
  return `${day}${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`
}

/** The colour of a pod, as an angle: the same on every page and day. */
export function hueOf(pod) {
  let hash = 2166136261
  for (let at = 0; at < pod.length; at++) hash = Math.imul(hash ^ pod.charCodeAt(at), 16777619)
  // The last characters of a name differ most; without this they would move the colour least.
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519)
  return (hash >>> 8) % 360
}

/** One of few classes of severity, or an empty text. */
export function levelOf(severity = '') {
  if (/^(err|fatal|crit|alert|emerg|panic)/i.test(severity)) return 'error'
  return /^warn/i.test(severity) ? 'warn' : ''
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences begin with one
const TERMINAL_SEQUENCES = /\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)/g

/** The line without the sequences that only a terminal understands. */
export function plainText(text) {
  return text.includes('\x1b') ? text.replace(TERMINAL_SEQUENCES, '') : text
}

export function count(number, noun) {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}
