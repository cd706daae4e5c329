import { AGENT_EVENTS } from '../../agent/events.ts'
import { agentService } from '../../agent/service.ts'
import { CLUSTER_EVENTS } from '../../alertmanager/cluster/events.ts'
import { EVENTS as ALERTMANAGER_EVENTS } from '../../alertmanager/events.ts'
import { alertmanagerService } from '../../alertmanager/service.ts'
import { createRouterVerbs } from '../../cli/amtool/program.ts'
import { createProgram } from '../../cli/program.ts'
import { COLLECTOR_EVENTS } from '../../collector/events.ts'
import { collectorService } from '../../collector/service.ts'
import { STORE_EVENTS } from '../../store/events.ts'
import { storeService } from '../../store/service.ts'
import { cliPage } from './cli.ts'
import { configPage, schemaFile } from './config.ts'
import { errorsPage } from './errors.ts'
import { metricsOf, metricsPage } from './metrics.ts'
import { storeApiPage } from './store-api/page.ts'

/** Services with a configuration file of our own format. */
export const CONFIGURED = [agentService, collectorService, storeService] as const

/** Everything in `docs/reference/`: the content of each file, by its name. */
export async function referenceFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const { name, flags, configModule } of CONFIGURED) {
    const { schema } = configModule
    files.set(`${name}.md`, configPage({ service: name, schema, flags, file: `${name}.yaml` }))
    files.set(`${name}.schema.json`, schemaFile(name, schema))
  }
  const { name: service, flags, configModule } = alertmanagerService
  files.set('alertmanager-process.md', configPage({ service, schema: configModule.schema, flags }))
  files.set(
    'cli.md',
    cliPage(createProgram(), createRouterVerbs(), [agentService, collectorService, storeService, alertmanagerService]),
  )
  files.set('errors.md', errorsPage())
  files.set('store-api.md', storeApiPage())
  const metrics = [
    await metricsOf(agentService, 'vedette_agent', AGENT_EVENTS),
    await metricsOf(collectorService, 'vedette_collector', COLLECTOR_EVENTS),
    await metricsOf(storeService, 'vedette_store', STORE_EVENTS),
    await metricsOf(alertmanagerService, 'alertmanager', { ...ALERTMANAGER_EVENTS, ...CLUSTER_EVENTS }, [
      'config.file=""',
    ]),
  ]
  files.set('metrics.md', metricsPage(metrics))
  return files
}
