import { enableCompileCache } from 'node:module'
import { runService } from '#lib/process/run.ts'
import { storeService } from './service.ts'

enableCompileCache()

await runService(storeService)
