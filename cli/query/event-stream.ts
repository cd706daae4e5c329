export interface ServerEvent {
  readonly event: string
  readonly data: string
  /** The id of this event, or of the last one that had one. */
  readonly lastId: string | undefined
}

/** A line of the stream that is longer than this is not from a collector. */
const MAX_LINE = 256 * 1024 ** 2

/**
 * Reads server-sent events as the WHATWG HTML standard has them. Comments are passed on as events without a name, so
 * that the reader knows the other side lives.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  let event = ''
  let data: string[] = []
  let lastId: string | undefined
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > MAX_LINE) throw new Error('an event is too long')
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()!
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n'), lastId }
        event = ''
        data = []
      } else if (line.startsWith(':')) {
        yield { event: '', data: '', lastId }
      } else {
        const colon = line.indexOf(':')
        const name = colon < 0 ? line : line.slice(0, colon)
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
        if (name === 'event') event = value
        else if (name === 'data') data.push(value)
        else if (name === 'id' && !value.includes('\0')) lastId = value
      }
    }
  }
}
