import type { Logger } from '#lib/log.ts'
import type { Reloadable } from '#lib/process/config-reload.ts'
import type { AgentConfig } from './config.ts'
import { createSelection, type Pipeline } from './pipeline.ts'

/** What of the configuration can change under the readers, which keep their descriptors and positions. */
export function createReloadable({ discovery, handlings, tailer }: Pipeline, logger: Logger): Reloadable<AgentConfig> {
  return {
    keys: [
      ...['logs.include', 'logs.exclude', 'log.level'],
      ...['logs.parse', 'logs.time', 'logs.multiline', 'annotations'],
    ],
    prepare(config) {
      const selection = createSelection(config)
      const handle = handlings.prepare(config)
      return () => {
        handle()
        tailer.handleAllAgain()
        logger.level = config.log.level
        discovery.select(selection)
      }
    },
  }
}
