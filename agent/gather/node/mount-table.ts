/** A mounted file system. */
export interface Mount {
  readonly device: string
  readonly fstype: string
  /** As bytes, because names need not be UTF-8. */
  readonly path: Buffer
  readonly isReadOnly: boolean
}

/**
 * /proc/<pid>/mountinfo: what is mounted, of what type, from where.
 *
 * @param text as latin1
 * @throws if a line is cut
 */
export function parseMountTable(text: string): readonly Mount[] {
  const mounts: Mount[] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    // Before the dash there may be any number of optional fields.
    const dash = line.indexOf(' - ')
    const [, , , , path, options] = line.slice(0, dash).split(' ')
    const [fstype, source, superOptions = ''] = line.slice(dash + 3).split(' ')
    if (dash < 0 || options === undefined || fstype === undefined || source === undefined) {
      throw new Error(`a line is cut: ${JSON.stringify(line.slice(0, 80))}`)
    }
    mounts.push({
      device: unescapeField(source).toString(),
      fstype: unescapeField(fstype).toString(),
      path: unescapeField(path!),
      isReadOnly: isReadOnly(options) || isReadOnly(superOptions),
    })
  }
  return mounts
}

function isReadOnly(options: string): boolean {
  return options === 'ro' || options.startsWith('ro,')
}

/** Space, tab, newline, backslash and hash are written as `\040` and so on. */
function unescapeField(field: string): Buffer {
  const text = field.includes('\\')
    ? field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : field
  return Buffer.from(text, 'latin1')
}
