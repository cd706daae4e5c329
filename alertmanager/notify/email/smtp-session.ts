import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Authenticate } from './smtp-auth.ts'

export type SessionOptions = Pick<
  SMTPConnection.Options,
  'host' | 'port' | 'secure' | 'name' | 'requireTLS' | 'ignoreTLS' | 'tls'
>

export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
}

/** How nodemailer knows the way of authenticating that chooses among the mechanisms of the server. */
const OWN_METHOD = 'CHOSEN'

/** Bytes of one answer that are read. */
const LIMITS = { maxResponseSize: 65_536 }

/**
 * Sends one message over a connection of its own; says which recipients were refused, where not all were.
 *
 * @throws Error with a code of nodemailer
 */
export async function sendOverSmtp(
  options: SessionOptions,
  authenticate: Authenticate | undefined,
  envelope: Envelope,
  message: Buffer,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted()
  const connection = new SMTPConnection({
    ...options,
    ...LIMITS,
    customAuth: {
      [OWN_METHOD]: (context) => authenticate?.(mechanismsIn(connection), context.sendCommand),
    },
  })
  const { promise: broken, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  connection.on('error', reject)
  broken.catch(() => {})
  try {
    await Promise.race([broken, called((done) => connection.connect(done))])
    if (authenticate !== undefined && connection.allowsAuth) {
      const credentials = { user: '', pass: '', method: OWN_METHOD }
      await Promise.race([broken, called((done) => connection.login(credentials, done))])
    }
    const { promise, resolve, reject: fail } = Promise.withResolvers<readonly string[]>()
    connection.send({ from: envelope.from, to: [...envelope.to] }, message, (error, info) => {
      if (error === null) resolve(info.rejected.map(String))
      else fail(error)
    })
    const rejected = await Promise.race([broken, promise])
    connection.quit()
    return rejected
  } catch (error) {
    connection.close()
    throw error
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === undefined || error === null ? resolve() : reject(error)))
  })
}

/** The mechanisms that the server offers, in its order, which is the order of its preference. */
function mechanismsIn({ lastServerResponse }: SMTPConnection): readonly string[] {
  const offer = /^250[ -]AUTH[ =](.*)$/im.exec(lastServerResponse || '')?.[1] ?? ''
  return offer.toUpperCase().split(/\s+/).filter(Boolean)
}
