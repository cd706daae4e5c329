import type { Logger } from '#lib/log.ts'
import type { Reloadable } from '#lib/process/config-reload.ts'
import { createRedactor } from '#lib/redact/create-redactor.ts'
import type { AgentConfig } from './config.ts'
import { createSelection, type Pipeline } from './pipeline.ts'

/** What can change under the readers, which keep their descriptors, positions and open records. */
const KEYS = [
  ...[
    'logs.include',
    'logs.exclude',
    'logs.parse',
    'logs.time',
    'logs.multiline',
    'logs.redact',
    'logs.rules',
    'logs.rate_limit',
  ],
  ...['annotations', 'metadata.labels', 'log.level'],
]

/** How a running agent takes a new configuration: everything is made first, then all of it put in force between two reads. */
export function createReloadable(pipeline: Pipeline, logger: Logger): Reloadable<AgentConfig> {
  const { discovery, handlings, tailer, enricher, intake } = pipeline
  return {
    keys: KEYS,
    prepare(config, changed) {
      const selection = createSelection(config)
      const handle = handlings.prepare(config)
      const isRedactedOtherwise = changed.some((key) => key.startsWith('logs.redact'))
      const redactor = isRedactedOtherwise ? createRedactor(config.logs.redact) : intake.redactor
      return () => {
        logger.level = config.log.level
        intake.redactor = redactor
        enricher.configure(config.metadata)
        handle()
        // Before the logs are handled again: labels may choose others.
        discovery.select(selection)
        tailer.handleAllAgain()
      }
    },
  }
}
