import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { exchange } from '../http/answer.ts'
import type { Telling } from '../http/http-integration.ts'
import type { HttpRequest } from '../http/request.ts'
import type { ReadFile } from '../integration.ts'
import { failure, type NotifyFailure } from '../receiver.ts'
import { Unsendable } from '../unsendable.ts'
import type { AwsIdentity } from './credentials.ts'
import type { Environment } from './profile.ts'
import { awsEndpoint, elementOf, queryRequest } from './query-request.ts'
import { type AwsCredentials, signSigv4 } from './sigv4.ts'

/** Credentials are given up so long before they end. */
const MARGIN_MS = 5 * 60_000

export interface StsOptions {
  /** The integration, for messages. */
  readonly where: string
  readonly clock: Clock
  readonly env: Environment
}

interface RoleOptions extends StsOptions {
  readonly roleArn: string
  readonly externalId: string | undefined
}

export type Assumed = { readonly credentials: AwsCredentials } | NotifyFailure

/** Asks STS for the credentials of a role, in the name of an identity, and keeps them until shortly before they end. */
export function createAssumeRole(options: RoleOptions): (identity: AwsIdentity, telling: Telling) => Promise<Assumed> {
  const { clock, env, roleArn, externalId } = options
  const keep = createKeeper(options)
  return ({ region, credentials }, telling) =>
    keep(telling, async () => {
      const nowMs = clock.nowMs()
      const request = queryRequest(awsEndpoint('sts', region, env.AWS_ENDPOINT_URL_STS), {
        ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: roleArn, RoleSessionName: `alertmanager-${nowMs}` },
        ...(externalId ? { ExternalId: externalId } : {}),
      })
      return signSigv4(request, credentials, { service: 'sts', region, nowMs })
    })
}

/**
 * The credentials of the role that the environment gives to a pod, for a token in a file (IRSA of EKS), kept in the same
 * way; undefined where it gives none.
 */
export function createWebIdentity(
  options: StsOptions,
  readFile: ReadFile,
): (region: string, telling: Telling) => Promise<Assumed | undefined> {
  const { clock, env } = options
  const keep = createKeeper(options)
  return async (region, telling) => {
    const { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: roleArn } = env
    if (!file || !roleArn) return undefined
    return keep(telling, async () =>
      queryRequest(awsEndpoint('sts', region, env.AWS_ENDPOINT_URL_STS), {
        ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: roleArn },
        RoleSessionName: env.AWS_ROLE_SESSION_NAME || `alertmanager-${clock.nowMs()}`,
        WebIdentityToken: telling.hide(await readFile(file).catch(unreadable)),
      }),
    )
  }
}

function unreadable(error: unknown): never {
  throw new Unsendable(`cannot read AWS_WEB_IDENTITY_TOKEN_FILE: ${messageOf(error)}`)
}

function createKeeper({ where, clock }: StsOptions) {
  let kept: { readonly credentials: AwsCredentials; readonly untilMs: number } | undefined
  return async (telling: Telling, requestOf: () => Promise<HttpRequest>): Promise<Assumed> => {
    if (kept !== undefined && clock.nowMs() < kept.untilMs - MARGIN_MS) return kept
    const exchanged = await exchange(telling, await requestOf(), { credentials: 'the role and who may take it on' })
    if (!('answer' in exchanged)) return exchanged
    kept = readRole(exchanged.answer.body)
    return kept ?? failure('other', true, `${where}: STS gave no credentials`)
  }
}

function readRole(xml: string): { readonly credentials: AwsCredentials; readonly untilMs: number } | undefined {
  const [accessKey, secretKey] = [elementOf(xml, 'AccessKeyId'), elementOf(xml, 'SecretAccessKey')]
  const [sessionToken, until] = [elementOf(xml, 'SessionToken'), Date.parse(elementOf(xml, 'Expiration') ?? '')]
  if (!accessKey || !secretKey || !sessionToken || Number.isNaN(until)) return undefined
  return { credentials: { accessKey, secretKey, sessionToken }, untilMs: until }
}
