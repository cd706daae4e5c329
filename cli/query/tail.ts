import { Command } from 'commander'
import { addCommonOptions, type CommonOptions, filterParameters } from './options.ts'
import { endWithReader, fail, lineOptions } from './output.ts'
import { TailClient } from './tail-client.ts'

/** `vedette tail`: lines as they come, until Ctrl-C. Exit codes: 0 stopped, 1 failed, 2 wrong command line. */
export function tailCommand(): Command {
  const command = new Command('tail').description('follow log lines as they come')
  const limit = { help: 'how many lines that exist already come first, at most 1000', byDefault: 10 }
  return addCommonOptions(command, limit).action(async (text: readonly string[], options: CommonOptions) => {
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    endWithReader()
    const parameters = filterParameters(text, options)
    parameters.set('last', String(options.limit))
    const client = new TailClient({
      server: options.server,
      parameters,
      form: lineOptions(options),
      signal: stop.signal,
    })
    try {
      await client.run()
    } catch (error) {
      if (!stop.signal.aborted) fail('tail', error)
    }
  })
}
