import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { Flavour } from '../index/flavour.ts'
import { type Ask, whyUnknown } from './ask.ts'

const CHECK = 'privileges'
const CLUSTER = ['monitor', 'manage_index_templates']
const WRITE = ['create_doc', 'auto_configure']
const READ = ['read']

interface Privileges {
  readonly username?: string
  readonly cluster?: Readonly<Record<string, boolean>>
  readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>>
}

/** Whether the credentials may do what the collector does. */
export async function checkPrivileges(ask: Ask, flavour: Flavour, dataStream: string): Promise<Finding> {
  if (flavour.product === 'opensearch') return ok(CHECK, 'OpenSearch does not tell what the credentials may do')
  const answer = await ask({
    method: 'POST',
    path: '/_security/user/_has_privileges',
    body: { cluster: CLUSTER, index: [{ names: [dataStream], privileges: [...WRITE, ...READ] }] },
  })
  if (answer.kind === 'error' && answer.status !== 401 && answer.status !== 403 && answer.status < 429) {
    return ok(CHECK, 'security is off: everybody may do everything')
  }
  if (answer.kind !== 'ok') return warn(CHECK, `not checked: ${whyUnknown(answer)}`, 'Check the credentials.')
  const { username = 'the user', cluster = {}, index = {} } = answer.body as Privileges
  const onStream = index[dataStream] ?? {}
  const missing = [
    ...CLUSTER.filter((name) => cluster[name] !== true).map((name) => `${name} on the cluster`),
    ...WRITE.filter((name) => onStream[name] !== true).map((name) => `${name} on ${dataStream}`),
  ]
  const cure = `Grant it to the role or the API key: cluster [${CLUSTER.join(', ')}], index ${dataStream} [${[...WRITE, ...READ].join(', ')}].`
  if (missing.length > 0) return fail(CHECK, `${username} lacks ${missing.join(', ')}`, cure)
  if (onStream.read !== true) {
    return warn(CHECK, `${username} lacks read on ${dataStream}: the search page and the query API find nothing`, cure)
  }
  return ok(CHECK, `${username} may do what is needed`)
}
