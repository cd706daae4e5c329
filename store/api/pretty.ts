/** Lays JSON out for people, two spaces a level; the values stay as they are written. */
export function prettyJson(text: string): string {
  let pretty = ''
  let depth = 0
  let at = 0
  while (at < text.length) {
    const character = text[at]!
    if (character === '"') {
      const start = at
      at += 1
      while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
      at += 1
      pretty += text.slice(start, at)
      continue
    }
    at += 1
    if (' \n\r\t'.includes(character)) continue
    if (character === '{' || character === '[') {
      const empty = /^[\s]*[}\]]/.exec(text.slice(at, at + 64))
      if (empty !== null) {
        at += empty[0].length
        pretty += character + (character === '{' ? ' }' : ' ]')
        continue
      }
      depth += 1
      pretty += `${character}\n${'  '.repeat(depth)}`
    } else if (character === '}' || character === ']') {
      depth -= 1
      pretty += `\n${'  '.repeat(depth)}${character}`
    } else if (character === ',') {
      pretty += `,\n${'  '.repeat(depth)}`
    } else {
      pretty += character === ':' ? ' : ' : character
    }
  }
  return `${pretty}\n`
}
