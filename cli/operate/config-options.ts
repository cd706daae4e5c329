import type { Command } from 'commander'
import type { ConfigSources } from '#lib/config/load.ts'

/** Options that say which configuration is meant, as the services have them. */
export interface ConfigOptions {
  readonly 'config.file'?: string
  readonly set?: readonly string[]
  readonly default?: readonly string[]
}

export function addConfigOptions(command: Command): Command {
  return command
    .option('--config.file <file>', "the agent's configuration; without it the defaults hold")
    .option('--set <key=value>', 'set one key of the configuration, over the file (repeatable)', gather)
    .option('--default <key=value>', 'set the default of one key, under the file (repeatable)', gather)
}

export function sourcesOf(options: ConfigOptions): ConfigSources {
  return { file: options['config.file'], overrides: options.set ?? [], defaults: options.default ?? [] }
}

/** Gathers the values of an option that may be given several times. */
export function gather(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value]
}
