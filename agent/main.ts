import { runService } from '#lib/process/run.ts'
import { agentService } from './service.ts'

await runService(agentService)
