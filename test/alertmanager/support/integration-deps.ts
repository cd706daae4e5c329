import type { HttpTransport } from '../../../alertmanager/notify/http/request.ts'
import type { IntegrationDeps } from '../../../alertmanager/notify/integration.ts'
import { LITERAL_TEMPLATES } from '../../../alertmanager/template/templates.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const UNEXPECTED = () => Promise.reject(new Error('nothing should be sent this way'))

/** What an integration is made with; `http` and `files` stand in for the network and the disk. */
export function integrationDeps(
  where: string,
  more: Partial<IntegrationDeps> & {
    readonly transport?: HttpTransport
    readonly files?: Readonly<Record<string, string>>
  } = {},
): IntegrationDeps {
  const { transport = UNEXPECTED, files = {}, ...given } = more
  return {
    ...{ where, index: Number(/\d+/.exec(where)?.[0] ?? 0), clock: new ManualClock() },
    templates: LITERAL_TEMPLATES,
    ...{ externalUrl: () => 'http://router.test', hostname: 'router.test', env: {} },
    readFile: (path) => {
      const text = files[path]
      return text === undefined ? Promise.reject(new Error(`ENOENT: ${path}`)) : Promise.resolve(text)
    },
    http: () => transport,
    mail: () => UNEXPECTED,
    ...given,
  }
}
