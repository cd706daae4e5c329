const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** An alert within its list has three levels, a silence with its matchers four. */
const MAX_DEPTH = 100
/** A hundred thousand alerts have two million. */
const MAX_VALUES = 5_000_000

/**
 * What is wrong with the shape of JSON before it is parsed; undefined if nothing is. A body of brackets would take the
 * parser a hundred times its size of memory.
 */
export function shapeProblem(json: Buffer): string | undefined {
  let depth = 0
  let values = 1
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case QUOTE:
        at = endOfText(json, at + 1)
        break
      case COMMA:
        values += 1
        if (values > MAX_VALUES) return `more than ${MAX_VALUES} values`
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        depth += 1
        if (depth > MAX_DEPTH) return 'exceeded max depth'
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth -= 1
        break
      default:
    }
  }
  return undefined
}

function endOfText(json: Buffer, from: number): number {
  for (let at = from; at < json.length; at++) {
    const unit = json[at]
    if (unit === QUOTE) return at
    if (unit === BACKSLASH) at += 1
  }
  return json.length
}
