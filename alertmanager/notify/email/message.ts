import MimeNode from 'nodemailer/lib/mime-node'
import type { Mail } from './email.ts'

/**
 * The bytes of a mail: its headers in order, encoded where they are not ASCII, and its bodies as alternatives, the
 * better one last.
 */
export function buildMessage({ headers, text, html }: Mail): Promise<Buffer> {
  // A text of the configuration must not name a file or a URL to be sent along.
  const root = new MimeNode('multipart/alternative', {
    textEncoding: 'Q',
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  for (const [name, value] of Object.entries(headers)) root.setHeader(name, headerValue(name, value))
  const bodies = { 'text/plain': text, 'text/html': html }
  for (const [type, content] of Object.entries(bodies)) {
    if (content === '') continue
    const part = root.createChild(`${type}; charset=UTF-8`)
    part.setHeader('Content-Transfer-Encoding', 'quoted-printable')
    part.setContent(content)
  }
  return root.build()
}

/** Headers whose values have a form that their encoding keeps. */
const STRUCTURED = /^(?:from|sender|to|cc|bcc|reply-to|message-id|references|in-reply-to|date)$/i

/** A text goes as it is where it can, also where it holds quotes: people filter by what stands there. */
function headerValue(name: string, value: string) {
  const isPlain = !STRUCTURED.test(name) && /^[ -~]+$/.test(value)
  return isPlain ? { value, prepared: true, foldLines: true } : value
}
