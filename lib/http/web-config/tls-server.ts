import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:https'
import type { TLSSocket, TlsOptions, Server as TlsServer } from 'node:tls'
import type { ClientAuthType } from './schema.ts'
import type { TlsSettings } from './tls-settings.ts'

/**
 * An HTTPS server that takes its certificates, and what it asks of clients, from the settings of the moment at which a
 * connection comes in.
 */
export function createTlsServer(settings: () => TlsSettings, listener: RequestListener): Server {
  const server = createServer(serverOptions(settings()), listener)
  followSettings(server, settings)
  return server
}

export function serverOptions({ context, clientAuth }: TlsSettings): TlsOptions {
  return { ...context, ...clientOptions(clientAuth) }
}

/** Makes a server that was made of these settings do from then on what they are when a connection comes in. */
export function followSettings(server: TlsServer, settings: () => TlsSettings): void {
  let inForce = settings()
  server.prependListener('connection', () => {
    const next = settings()
    if (next === inForce) return
    inForce = next
    server.setSecureContext(next.context)
    // The server reads these off itself for each connection; there is no other way to change them.
    Object.assign(server, clientOptions(next.clientAuth))
  })
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (!isWelcome(socket, inForce)) socket.destroy()
  })
}

/** Certificates that are asked for and need not be valid are looked at after the handshake. */
function clientOptions(type: ClientAuthType): { requestCert: boolean; rejectUnauthorized: boolean } {
  return { requestCert: type !== 'NoClientCert', rejectUnauthorized: type === 'RequireAndVerifyClientCert' }
}

function isWelcome(socket: TLSSocket, { clientAuth, allowedSans }: TlsSettings): boolean {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return !clientAuth.startsWith('Require')
  if (clientAuth === 'VerifyClientCertIfGiven' && !socket.authorized) return false
  return (
    allowedSans.length === 0 || parseSans(certificate.subjectAltName ?? '').some((san) => allowedSans.includes(san))
  )
}

/** The values of `DNS:a.test, IP Address:10.0.0.1, URI:"spiffe://…, …"`; one with special characters is a JSON text. */
function parseSans(text: string): readonly string[] {
  const values: string[] = []
  for (const [, value] of text.matchAll(/(?:^|, )[A-Za-z ]+:("(?:[^"\\]|\\.)*"|[^,]*)/g)) {
    values.push(value!.startsWith('"') ? String(JSON.parse(value!)) : value!)
  }
  return values
}
