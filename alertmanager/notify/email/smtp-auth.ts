import { createHmac } from 'node:crypto'

/** Sends a command and reads the answer. */
type SendCommand = (
  command: string,
) => Promise<{ readonly status: number; readonly text: string; readonly response: string }>

/** Makes the user known to a server that offers these mechanisms. Throws where it does not work. */
export type Authenticate = (mechanisms: readonly string[], send: SendCommand) => Promise<void>

export interface Credentials {
  readonly user: string
  /** Identity to act as, for PLAIN. */
  readonly identity: string
  readonly password?: () => Promise<string>
  /** For CRAM-MD5. */
  readonly secret?: () => Promise<string>
  /** For XOAUTH2. */
  readonly accessToken?: () => Promise<string>
  /** Whether nobody on the way can read what is sent. */
  readonly isPrivate: boolean
}

/** Takes the first mechanism of the server for which there are credentials. */
export function authenticateWith(credentials: Credentials): Authenticate {
  return async (mechanisms, send) => {
    const missing: string[] = []
    for (const mechanism of mechanisms) {
      const known = MECHANISMS[mechanism]
      if (known === undefined) continue
      const { needs, called, run } = known
      const source = credentials[needs]
      if (source !== undefined) return run(send, credentials, await source())
      missing.push(`missing ${called} for ${mechanism} auth mechanism`)
    }
    throw new Error(missing.length > 0 ? missing.join('; ') : `unknown auth mechanism: ${mechanisms.join(' ')}`)
  }
}

interface Mechanism {
  readonly needs: 'password' | 'secret' | 'accessToken'
  /** The credential in messages. */
  readonly called: string
  run(send: SendCommand, credentials: Credentials, credential: string): Promise<void>
}

const MECHANISMS: Readonly<Record<string, Mechanism>> = {
  'CRAM-MD5': {
    needs: 'secret',
    called: 'secret',
    async run(send, { user }, secret) {
      const challenge = await expectChallenge(send('AUTH CRAM-MD5'))
      const digest = createHmac('md5', secret).update(Buffer.from(challenge, 'base64')).digest('hex')
      await expectWelcome(send(base64(`${user} ${digest}`)))
    },
  },
  PLAIN: {
    needs: 'password',
    called: 'password',
    async run(send, { user, identity, isPrivate }, password) {
      if (!isPrivate) {
        throw new Error('refusing to send the password over a connection without TLS; set require_tls: true')
      }
      await expectWelcome(send(`AUTH PLAIN ${base64([identity, user, password].join('\0'))}`))
    },
  },
  LOGIN: {
    needs: 'password',
    called: 'password',
    async run(send, { user }, password) {
      await expectChallenge(send('AUTH LOGIN'))
      await expectChallenge(send(base64(user)))
      await expectWelcome(send(base64(password)))
    },
  },
  XOAUTH2: {
    needs: 'accessToken',
    called: 'access token',
    async run(send, { user, isPrivate }, token) {
      if (!isPrivate) {
        throw new Error('refusing to send the access token over a connection without TLS; set require_tls: true')
      }
      const answer = send(`AUTH XOAUTH2 ${base64(`user=${user}\x01auth=Bearer ${token}\x01\x01`)}`)
      const { status, text } = await answer
      if (status !== 334) return expectWelcome(answer)
      // The server says what is wrong as a challenge, and refuses once that is answered.
      const { response } = await send('')
      throw new Error(`${response}: ${Buffer.from(text, 'base64').toString()}`)
    },
  },
}

async function expectChallenge(answer: ReturnType<SendCommand>): Promise<string> {
  const { status, text, response } = await answer
  if (status !== 334) throw new Error(response)
  return text
}

async function expectWelcome(answer: ReturnType<SendCommand>): Promise<void> {
  const { status, response } = await answer
  if (status !== 235) throw new Error(response)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
