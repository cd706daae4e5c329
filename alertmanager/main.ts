import { enableCompileCache } from 'node:module'

// Modules that are imported after this line, and only those, are read from the cache.
enableCompileCache()

const { runService } = await import('#lib/process/run.ts')
const { alertmanagerService } = await import('./service.ts')

await runService(alertmanagerService)
