import { enableCompileCache } from 'node:module'

// Modules that are imported after this line, and only those, are read from the cache.
enableCompileCache()

const { runService } = await import('#lib/process/run.ts')
const { assembleRouter } = await import('./assembly.ts')
const { loadAlertmanagerConfig } = await import('./config/alertmanager-yml.ts')
const { configModule, FLAGS } = await import('./config.ts')

await runService({
  name: 'alertmanager',
  summary: 'Groups alerts and tells the right people, in the format and manner of Alertmanager.',
  flags: FLAGS,
  configModule,
  assemble: assembleRouter,
  printChecked: (config) => loadAlertmanagerConfig(config.config.file).original,
})
