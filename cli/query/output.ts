import { once } from 'node:events'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import type { LineOptions } from './line.ts'
import type { CommonOptions } from './options.ts'
import { ServerError } from './server.ts'

/** Writes to standard output; settles once there is room for more. A reader that has enough (`| head`) ends us quietly. */
export async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** Ends the process quietly when nobody reads standard output any more. */
export function endWithReader(): void {
  process.stdout.on('error', (error) => {
    if (systemErrorCode(error) === 'EPIPE') process.exit(0)
    throw error
  })
}

/** A remark beside the data. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function lineOptions(options: CommonOptions, environment = process.env): LineOptions {
  const isTerminal = process.stdout.isTTY
  const wanted = options.color ?? ((environment.NO_COLOR ?? '') === '' && isTerminal && environment.TERM !== 'dumb')
  return {
    output: options.output,
    timestamps: options.timestamps,
    hasColour: wanted,
    isTerminal: isTerminal || wanted,
    hasNamespace: options.namespace?.length !== 1,
  }
}

/** Says what went wrong, and sets the exit code: 2 if the command line was, 1 otherwise. */
export function fail(verb: string, error: unknown): void {
  const isUsage = error instanceof ServerError && error.status === 400
  const cure = error instanceof ServerError || error instanceof CodedError ? error.cure : ''
  note(`vedette ${verb}: ${messageOf(error)}${cure === '' ? '' : `\n${cure}`}`)
  process.exitCode = isUsage ? 2 : 1
}
