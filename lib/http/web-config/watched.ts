import { WatchedFile } from '../../config/watched-file.ts'
import { CodedError } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { readWebConfig, type WebConfig } from './read.ts'

/**
 * A web configuration that follows its files. A change that switches TLS on or off does not come into force.
 *
 * @throws CodedError CONFIG_UNREADABLE or CONFIG_INVALID
 */
export function watchWebConfig(file: string, logger: Logger): WatchedFile<WebConfig> {
  return new WatchedFile({
    ...{ file, logger, what: 'web configuration', read: readWebConfig },
    checkChange(before, next) {
      if ((next.tls === undefined) === (before.tls === undefined)) return
      throw new CodedError('CONFIG_NEEDS_RESTART', ['tls_server_config, which is there or not from the start'])
    },
  })
}
