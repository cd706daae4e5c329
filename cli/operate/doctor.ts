import { styleText } from 'node:util'
import { Command, Option } from 'commander'
import { systemClock } from '#lib/clock.ts'
import { loadConfig } from '#lib/config/load.ts'
import { CodedError } from '#lib/errors.ts'
import type { Finding } from '#lib/finding.ts'
import { DEFAULT_SERVER, parseServer } from '../query/options.ts'
import { endWithReader, fail, write } from '../query/output.ts'
import { collectorFindings } from './collector-findings.ts'
import { addConfigOptions, type ConfigOptions, sourcesOf } from './config-options.ts'

interface DoctorOptions extends ConfigOptions {
  readonly json?: true
  readonly collector?: URL
}

const HELP = `
Run it where the agent runs, as its user and with its configuration; in a cluster:
  kubectl -n vedette exec ds/vedette-agent -- /app/cli/vedette doctor --config.file=/etc/vedette/agent.yaml
With --collector it asks a collector what it finds when it looks at its Elasticsearch: reachable, version, clock, privileges,
index template, data stream, retention, disks, and what blocks documents now.
It changes nothing. Exit codes: 0 nothing failed, 1 something did, 2 wrong command line.`

/** `vedette doctor`: whether the agent can do its work here, and what to do where it cannot. */
export function doctorCommand(): Command {
  const command = new Command('doctor').description(
    'check what the agent needs on this node, or a collector of Elasticsearch',
  )
  return addConfigOptions(command)
    .addOption(
      new Option('--collector [url]', 'ask a collector about its Elasticsearch instead')
        .preset(DEFAULT_SERVER)
        .argParser(parseServer),
    )
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', HELP)
    .action(async (options: DoctorOptions) => {
      endWithReader()
      try {
        await diagnose(options)
      } catch (error) {
        fail('doctor', error)
      }
    })
}

async function diagnose(options: DoctorOptions): Promise<void> {
  const findings: Finding[] = []
  const source = options.collector === undefined ? findingsOf(options) : collectorFindings(options.collector)
  for await (const finding of source) {
    findings.push(finding)
    if (finding.status === 'fail') process.exitCode = 1
    if (!options.json) await write(printFinding(finding))
  }
  if (options.json) {
    const isOk = findings.every(({ status }) => status !== 'fail')
    await write(`${JSON.stringify({ ok: isOk, findings }, undefined, 2)}\n`)
  }
}

async function* findingsOf(options: DoctorOptions): AsyncGenerator<Finding> {
  // The agent's code is much to load for all other verbs.
  const configModule = await import('../../agent/config.ts')
  const { examine } = await import('../../agent/doctor/examine.ts')
  const { thisSystem } = await import('../../agent/doctor/system.ts')
  const sources = sourcesOf(options)
  try {
    const config = loadConfig(configModule, sources)
    yield { check: 'configuration', status: 'ok', message: sources.file ?? 'no file, all defaults' }
    yield* examine({ config, clock: systemClock, system: thisSystem })
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    yield { check: 'configuration', status: 'fail', message: error.message, cure: error.cure }
  }
}

const COLUMN = 16

function printFinding({ check, status, message, cure }: Finding): string {
  const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const
  const word = (status === 'fail' ? 'FAIL' : status).padEnd(6)
  const label = process.stdout.isTTY ? styleText(colours[status], word) : word
  const indent = ' '.repeat(word.length)
  const text = message.replaceAll('\n', `\n${indent}`)
  return `${label}${check.padEnd(COLUMN)}${text}\n${cure === undefined ? '' : `${indent}${' '.repeat(COLUMN)}-> ${cure}\n`}`
}
