import { InvalidArgumentError, Option } from 'commander'
import { CodedError, type ErrorCode } from '#lib/errors.ts'
import { get } from '../query/server.ts'

const DEFAULT_URL = 'http://127.0.0.1:9465'
/** A line of a stream that is longer than this is not from an agent. */
const LONGEST_LINE = 16 * 1024 ** 2

/** What is said of a collector that does not answer, said of an agent. */
const CODES: Readonly<Partial<Record<ErrorCode, ErrorCode>>> = {
  SERVER_UNREACHABLE: 'AGENT_UNREACHABLE',
  SERVER_ANSWER: 'AGENT_ANSWER',
}

/** The option that says which agent is meant. */
export function agentOption(): Option {
  return new Option('--agent <url>', 'web address of the agent')
    .env('VEDETTE_AGENT')
    .default(new URL(DEFAULT_URL), DEFAULT_URL)
    .argParser(parseAgent)
}

/**
 * Asks an agent.
 *
 * @throws ServerError for an error that it answered, CodedError AGENT_UNREACHABLE or AGENT_ANSWER for all else
 */
export async function askAgent(
  agent: URL,
  path: string,
  parameters: URLSearchParams,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await get(agent, path, parameters, { signal })
  } catch (error) {
    const code = error instanceof CodedError ? CODES[error.code] : undefined
    if (code === undefined) throw error
    throw new CodedError(code, (error as CodedError).parameters, { cause: error })
  }
}

/**
 * Reads JSON objects, a line each.
 *
 * @throws CodedError AGENT_ANSWER
 */
export async function* readObjects(body: AsyncIterable<Uint8Array>, agent: URL): AsyncGenerator<unknown> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    if (rest.length > LONGEST_LINE) throw new CodedError('AGENT_ANSWER', [agent.href, 'a line without end'])
    const lines = rest.split('\n')
    rest = lines.pop()!
    for (const line of lines) yield parse(line, agent)
  }
}

function parse(line: string, agent: URL): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new CodedError('AGENT_ANSWER', [agent.href, 'a line that is no JSON'])
  }
}

function parseAgent(text: string): URL {
  // An address from the environment of a pod may be of either family, so brackets are always put around it.
  const url = URL.parse(text.replace(/\[([\d.]+)\]/, '$1'))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError(`It must be a URL such as ${DEFAULT_URL}.`)
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}
