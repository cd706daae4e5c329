import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** The steps of a mail; `greet` is what comes before the first command, `sent` follows the message. */
export const STEPS = ['greet', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'sent', 'QUIT'] as const
export type Step = (typeof STEPS)[number]

/** What it does at that step, where others answer. */
export type Misconduct = 'hang' | 'close' | 'garbage' | 'endless line' | 'endless lines'

const ANSWERS: Readonly<Record<Step, string>> = {
  greet: '220 mail.test\r\n',
  EHLO: '250 mail.test\r\n',
  MAIL: '250 fine\r\n',
  RCPT: '250 fine\r\n',
  DATA: '354 go on\r\n',
  sent: '250 taken\r\n',
  QUIT: '221 bye\r\n',
}

/** The port of a mail server that is well-behaved until that step, for as long as the test. */
export async function hostileSmtp(t: Pick<TestContext, 'after'>, at: Step, misconduct: Misconduct): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    let isData = false
    const answer = (step: Step) => {
      if (step === at) misbehave(socket, misconduct)
      else socket.write(ANSWERS[step])
      isData = step === 'DATA' && step !== at
    }
    socket.on('data', (bytes) => {
      const text = String(bytes)
      if (isData) {
        if (text.endsWith('\r\n.\r\n')) answer('sent')
        return
      }
      const step = STEPS.find((name) => text.startsWith(name))
      if (step !== undefined) answer(step)
    })
    answer('greet')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function misbehave(socket: Socket, misconduct: Misconduct): void {
  if (misconduct === 'close') socket.destroy()
  else if (misconduct === 'garbage') socket.write('\0\xff\x16 what?\r\n')
  else if (misconduct !== 'hang') {
    const block = misconduct === 'endless line' ? '2'.repeat(1 << 20) : '250-and more\r\n'.repeat(1 << 16)
    const more = () => {
      while (!socket.destroyed && socket.write(block)) {}
    }
    socket.on('drain', more)
    more()
  }
}
