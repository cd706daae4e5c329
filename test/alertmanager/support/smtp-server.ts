import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { createSecureContext, createServer as createTlsServer, TLSSocket } from 'node:tls'

export interface SmtpOptions {
  /** Certificate and key; with them STARTTLS is offered, or TLS from the first byte with `implicit`. */
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly implicit?: boolean
  /** The one `user\0password` that is let in; with it AUTH is offered. */
  readonly credentials?: string
  readonly refusedRecipients?: readonly string[]
  /** Accept connections and say nothing. */
  readonly silent?: boolean
}

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly encrypted: boolean
  readonly user: string | undefined
  /** Headers and body, lines ended by a newline. */
  readonly data: string
}

export interface SmtpServer {
  readonly port: number
  readonly mails: readonly ReceivedMail[]
  /** Every command of every connection. */
  readonly commands: readonly string[]
}

/** A mail server that keeps what it gets, on 127.0.0.1 and a free port, for as long as the test. */
export async function smtpServer(t: Pick<TestContext, 'after'>, options: SmtpOptions = {}): Promise<SmtpServer> {
  const mails: ReceivedMail[] = []
  const commands: string[] = []
  const sockets = new Set<Socket>()
  const accept = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    if (options.silent === true) return
    socket.write('220 mail.test\r\n')
    serve(socket, options, options.implicit === true, { mails, commands })
  }
  const server =
    options.implicit === true && options.tls !== undefined ? createTlsServer(options.tls, accept) : createServer(accept)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : 0, mails, commands }
}

interface Kept {
  readonly mails: ReceivedMail[]
  readonly commands: string[]
}

function serve(socket: Socket, options: SmtpOptions, encrypted: boolean, kept: Kept): void {
  const { tls, credentials, refusedRecipients = [] } = options
  let user: string | undefined
  let mail = { from: '', to: [] as string[] }
  let data: string[] | undefined
  let rest = ''
  const say = (...lines: string[]) => socket.write(lines.map((line) => `${line}\r\n`).join(''))

  const command = (line: string): void => {
    kept.commands.push(line)
    const [verb = ''] = line.toUpperCase().split(' ', 1)
    if (verb === 'EHLO') {
      say('250-mail.test', ...(tls !== undefined && !encrypted ? ['250-STARTTLS'] : []))
      if (credentials !== undefined) say('250-AUTH PLAIN')
      say('250 8BITMIME')
    } else if (verb === 'STARTTLS' && tls !== undefined) {
      say('220 go ahead')
      socket.removeAllListeners('data')
      const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) })
      secured.on('error', () => {})
      serve(secured, options, true, kept)
    } else if (verb === 'AUTH') {
      const [, name, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString()
        .split('\0')
      const isRight = `${name}\0${password}` === credentials
      user = isRight ? name : undefined
      say(isRight ? '235 welcome' : '535 no such user')
    } else if (verb === 'MAIL') {
      mail = { from: line, to: [] }
      say('250 fine')
    } else if (verb === 'RCPT') {
      const isRefused = refusedRecipients.some((address) => line.includes(`<${address}>`))
      if (!isRefused) mail.to.push(line.replace(/^RCPT TO:<(.*)>.*$/i, '$1'))
      say(isRefused ? '550 no such mailbox' : '250 fine')
    } else if (verb === 'DATA') {
      data = []
      say('354 go on')
    } else if (verb === 'QUIT') {
      say('221 bye')
      socket.end()
    } else say('502 not here')
  }

  socket.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (data === undefined) command(line)
      else if (line !== '.') data.push(line)
      else {
        kept.mails.push({ ...mail, encrypted, user, data: data.join('\n') })
        data = undefined
        say('250 taken')
      }
    }
  })
}
