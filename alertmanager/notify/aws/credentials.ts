import type { ReadFile } from '../integration.ts'
import { Unsendable } from '../unsendable.ts'
import { type AwsProfile, type Environment, readProfile } from './profile.ts'
import type { AwsCredentials } from './sigv4.ts'

/** The keys of `sigv4` that say who we are, and where. */
export interface Sigv4Keys {
  readonly region?: string
  readonly access_key?: string
  readonly secret_key?: string
  readonly profile?: string
}

export interface AwsIdentity {
  readonly region: string
  readonly credentials: AwsCredentials
}

/**
 * Where we are, and who, at AWS: as the configuration says, else its profile, else the environment, else the default
 * profile; in the order of Amazon's own clients. Files are read each time.
 *
 * @returns no credentials where none of them has any
 * @throws Unsendable where nothing says the region
 */
export async function readIdentity(
  keys: Sigv4Keys,
  env: Environment,
  readFile: ReadFile,
): Promise<{ readonly region: string; readonly credentials: AwsCredentials | undefined }> {
  const profile = await readProfile(keys.profile || env.AWS_PROFILE || 'default', env, readFile)
  const region = keys.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || profile.region
  if (!region) throw new Unsendable('region not configured in sns.sigv4.region or in default credentials chain')
  return { region, credentials: credentialsOf(keys, env, profile) }
}

function credentialsOf(keys: Sigv4Keys, env: Environment, profile: AwsProfile): AwsCredentials | undefined {
  if (keys.access_key && keys.secret_key) return { accessKey: keys.access_key, secretKey: keys.secret_key }
  const shared = complete(profile.accessKey, profile.secretKey, profile.sessionToken)
  if (keys.profile) return shared
  return complete(env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, env.AWS_SESSION_TOKEN) ?? shared
}

function complete(accessKey?: string, secretKey?: string, sessionToken?: string): AwsCredentials | undefined {
  if (!accessKey || !secretKey) return undefined
  return sessionToken ? { accessKey, secretKey, sessionToken } : { accessKey, secretKey }
}
