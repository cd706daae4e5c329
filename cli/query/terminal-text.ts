// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
const COLOUR = /\x1b\[[0-9;:]*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/**
 * A log line that a terminal only shows: anyone who can write a log line could otherwise move the cursor, set the
 * clipboard or the title, or turn text around. Colours are taken out, all else that is not text becomes visible.
 */
export function forTerminal(text: string): string {
  return text.replace(/\r$/, '').replace(COLOUR, '').replace(HARMFUL, visible)
}

function visible(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : `\\u${code.toString(16).padStart(4, '0')}`
}
