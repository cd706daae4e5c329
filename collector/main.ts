import { runService } from '#lib/process/run.ts'
import { collectorService } from './service.ts'

await runService(collectorService)
