import type { Logger } from '#lib/log.ts'
import type { Reloadable } from '#lib/process/config-reload.ts'
import type { CollectorConfig } from './config.ts'
import type { Pipeline } from './pipeline.ts'

/**
 * What can change under what is received and sent. Routes can't, as the index template and searches are made for them;
 * nor can counters, which are metrics that somebody scrapes.
 */
const KEYS = ['shape.redact', 'shape.json', 'shape.rules', 'shape.attribute_limits', 'log.level']

/** How a running collector takes a new configuration: requests that are taken from the queue from then on are shaped by it. */
export function createReloadable({ shaping }: Pick<Pipeline, 'shaping'>, logger: Logger): Reloadable<CollectorConfig> {
  return {
    keys: KEYS,
    prepare(config, changed) {
      const isShapedOtherwise = changed.some((key) => key.startsWith('shape.'))
      const put = isShapedOtherwise ? shaping.prepare(config.shape) : () => {}
      return () => {
        logger.level = config.log.level
        put()
      }
    },
  }
}
