const BACKSLASH = 0x5c
const OPEN_CLASS = 0x5b
const CLOSE_CLASS = 0x5d
const OPEN_GROUP = 0x28
const CLOSE_GROUP = 0x29
const OPEN_REPEAT = 0x7b

const REPEAT = /\{(\d{1,6})(?:,(\d{0,6}))?\}/y
/** What a class of Unicode such as `\pL` costs. */
const UNICODE_CLASS = 16

/**
 * How large the program is, about and rather more than less, to which RE2 compiles a pattern, in instructions. It takes
 * one look at each character, so that a pattern can be refused before anything is made of it: `a{1000}` repeated is
 * short, and its program is not.
 */
export function patternSize(pattern: string): number {
  const outer: number[] = []
  let size = 0
  /** Of what a repetition would repeat; it is part of `size`. */
  let last = 0
  let at = 0
  const atom = (of: number) => {
    size += of
    last = of
  }
  while (at < pattern.length) {
    const unit = pattern.charCodeAt(at)
    if (unit === OPEN_REPEAT) {
      REPEAT.lastIndex = at
      const [repeat = '{', fewest = '', most = ''] = REPEAT.exec(pattern) ?? []
      const times = Math.max(1, Number(fewest), Number(most))
      size += last * (times - 1)
      last *= times
      at += repeat.length
    } else if (unit === OPEN_GROUP) {
      outer.push(size)
      size = 0
      last = 0
      at += 1
    } else if (unit === CLOSE_GROUP) {
      const inner = size + 2
      size = outer.pop() ?? 0
      atom(inner)
      at += 1
    } else if (unit === OPEN_CLASS) {
      const end = endOfClass(pattern, at)
      const unicode = pattern.slice(at, end).match(/\\[pP]/g)?.length ?? 0
      atom(1 + (end - at) / 8 + unicode * UNICODE_CLASS)
      at = end
    } else if (unit === BACKSLASH) {
      atom(/[pP]/.test(pattern[at + 1] ?? '') ? UNICODE_CLASS : 1)
      at += 2
    } else {
      atom(1)
      at += 1
    }
  }
  // Groups that are never closed are no pattern, but must count.
  return Math.ceil(outer.reduce((total, each) => total + each, size))
}

function endOfClass(pattern: string, from: number): number {
  let at = from + (pattern[from + 1] === '^' ? 2 : 1)
  // A bracket that comes first stands for itself.
  if (pattern[at] === ']') at += 1
  for (; at < pattern.length; at++) {
    const unit = pattern.charCodeAt(at)
    if (unit === BACKSLASH) at += 1
    else if (unit === CLOSE_CLASS) return at + 1
  }
  return pattern.length
}
