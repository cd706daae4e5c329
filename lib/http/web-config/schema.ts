import {
  boolean,
  choice,
  duration,
  integer,
  list,
  mapping,
  optional,
  secret,
  section,
  text,
} from '../../config/schema.ts'

/** How Go names what a server asks of its clients' certificates. */
const CLIENT_AUTH_TYPES = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const
export type ClientAuthType = (typeof CLIENT_AUTH_TYPES)[number]

export const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const

/** TLS of a server as Prometheus' programs write it. */
export const tlsServerSection = section('TLS of the server.', {
  cert: optional(text({ description: 'Certificate, as PEM.' })),
  cert_file: optional(text({ description: 'File with the certificate.' })),
  key: optional(secret({ description: 'Key, as PEM.' })),
  key_file: optional(text({ description: 'File with the key.' })),
  client_ca: optional(text({ description: 'Authority of client certificates, as PEM.' })),
  client_ca_file: optional(text({ description: 'File with the authority of client certificates.' })),
  client_auth_type: choice(CLIENT_AUTH_TYPES, {
    description: 'What is asked of clients.',
    default: 'NoClientCert',
  }),
  client_allowed_sans: list(text({ description: 'DNS name, address, e-mail or URI.' }), {
    description: 'Subject alternative names of which a client certificate must have one.',
    default: [],
  }),
  min_version: choice(TLS_VERSIONS, { description: 'Oldest version of TLS.', default: 'TLS12' }),
  max_version: choice(TLS_VERSIONS, { description: 'Newest version of TLS.', default: 'TLS13' }),
  cipher_suites: list(text({ description: 'Name as Go has it.' }), {
    description: 'Ciphers of TLS 1.2 and before, in the order of preference.',
    default: [],
  }),
  prefer_server_cipher_suites: boolean({ description: "Whether the server's order counts.", default: true }),
  curve_preferences: list(text({ description: 'Name as Go has it.' }), {
    description: 'Curves, in the order of preference.',
    default: [],
  }),
})

/** A token that comes after each interval, and how many may be saved up. */
const rateLimit = section('How many requests are answered.', {
  interval: duration({ description: 'Time between two requests; 0 for no limit.', default: '0s' }),
  burst: integer({ description: 'How many may come at once.', default: 1, minimum: 1 }),
})

/** The web configuration file of Prometheus' programs, in the format of its exporter toolkit. */
export const webConfigSchema = section('The web configuration file of Prometheus and its kin.', {
  tls_server_config: optional(tlsServerSection),
  http_server_config: section('HTTP of the server.', {
    http2: boolean({ description: 'Taken, and of no effect: this server speaks HTTP/1.1.', default: true }),
    headers: mapping(text({ description: 'Value.' }), { description: 'Headers of every answer.', default: {} }),
  }),
  basic_auth_users: mapping(secret({ description: 'Hash of the password, made by bcrypt.' }), {
    description: 'Names of users, each with the hash of a password.',
    default: {},
  }),
  rate_limit: rateLimit,
})
