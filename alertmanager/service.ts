import type { ServiceDefinition } from '#lib/process/run.ts'
import { assembleRouter } from './assembly.ts'
import { loadAlertmanagerConfig } from './config/alertmanager-yml.ts'
import { configModule, FLAGS, type ProcessConfig } from './config.ts'

/** The alert router as a process: its command line, its configuration, and what it is made of. */
export const alertmanagerService: ServiceDefinition<ProcessConfig> = {
  name: 'alertmanager',
  summary: 'Groups alerts and tells the right people, in the format and manner of Alertmanager.',
  flags: FLAGS,
  configModule,
  assemble: assembleRouter,
  printChecked: (config) => loadAlertmanagerConfig(config.config.file).original,
}
