import type { ServiceDefinition } from '#lib/process/run.ts'
import * as configModule from './config.ts'
import { createPipeline } from './pipeline.ts'

/** The store as a process: its command line, its configuration, and what it is made of. */
export const storeService: ServiceDefinition<configModule.StoreConfig> = {
  name: 'store',
  summary: 'Stores logs and answers searches in the Elasticsearch API, without Elasticsearch.',
  flags: {
    'web.listen-address': { key: 'listen_address', help: 'address that serves the Elasticsearch API' },
    'storage.path': { key: 'data_dir', help: 'directory of the documents' },
    'log.level': { key: 'log.level', help: 'debug, info, warn or error' },
    'log.format': { key: 'log.format', help: 'logfmt or json' },
  },
  configModule,
  assemble: createPipeline,
}
