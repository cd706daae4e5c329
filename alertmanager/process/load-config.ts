import { type AlertmanagerConfig, loadAlertmanagerConfig } from '../config/alertmanager-yml.ts'
import type { ProcessConfig } from '../config.ts'

/**
 * Loads the configuration file that the process was told to, in the way it was told to.
 *
 * @throws CodedError CONFIG_UNREADABLE, or CONFIG_INVALID with every diagnostic in its message
 */
export function loadConfigOf({ config, features }: Pick<ProcessConfig, 'config' | 'features'>): AlertmanagerConfig {
  const file = config.file === '' ? undefined : config.file
  return loadAlertmanagerConfig(file, {
    features: new Set(features),
    ...(config.expand_env ? { expandFrom: process.env } : {}),
  })
}
