import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { Command, Option } from 'commander'
import { loadConfig } from '#lib/config/load.ts'
import { CodedError } from '#lib/errors.ts'
import { isService, launchOf, SERVICES, type ServiceName } from '../launch.ts'
import { endWithReader, fail, note, write } from '../query/output.ts'
import { gather } from './config-options.ts'

interface CheckOptions {
  readonly service?: ServiceName
  readonly set?: readonly string[]
  readonly default?: readonly string[]
  readonly test?: readonly string[]
}

const HELP = `
Which service a file is for is told by how its name begins (agent.yaml, collector-prod.yaml), or by --service.

Tests run the agent's own stages over the input of each and compare what would be shipped:
  tests:
    - name: errors are kept, health checks are not
      input:
        - pod: web-0
          labels: {app: web}
          lines: |
            level=error msg="payment failed"
            GET /healthz 200
      expect:
        records:
          - body_matches: payment failed
            severity: ERROR
            resource: {k8s.pod.label.app: web}
        dropped: 1
An input may have namespace, pod, container, uid, restart_count, labels, annotations, image, owner, stream, and lines (as the
container writes them) or raw (as they stand in the file). A record may be expected to have body, body_matches, severity,
severity_text, severity_number, trace_id, span_id, time, attributes, resource, absent. Records are all that come out, in the
order of their times; with count they are some of them.

Exit codes: 0 all is right, 1 something is wrong or a test fails, 2 wrong command line.`

/** `vedette check`: whether a configuration is right, and whether it does what is meant. */
export function checkCommand(): Command {
  const command: Command = new Command('check').description(
    'check a configuration, and test what it makes of log lines',
  )
  return command
    .argument('<file>', 'configuration of a service')
    .addOption(new Option('--service <name>', 'whose configuration it is').choices(SERVICES))
    .option('--test <file>', "tests of an agent's configuration, in YAML (repeatable)", gather)
    .option('--set <key=value>', 'set one key of the configuration, over the file (repeatable)', gather)
    .option('--default <key=value>', 'set the default of one key, under the file (repeatable)', gather)
    .addHelpText('after', HELP)
    .action(async (file: string, options: CheckOptions) => {
      const service = options.service ?? serviceOf(file)
      if (service === undefined) {
        command.error(`error: which service is ${file} for? Name it with --service (${SERVICES.join(', ')}).`)
      }
      if (service !== 'agent' && options.test !== undefined) {
        command.error("error: --test is for the agent's configuration")
      }
      endWithReader()
      try {
        if (service === 'agent') await checkAgent(file, options)
        else await checkByProcess(service, file, options)
      } catch (error) {
        // It has every problem with its place; there is nothing to add.
        if (error instanceof CodedError && error.code === 'CONFIG_INVALID') {
          note(error.message)
          process.exitCode = 1
        } else fail('check', error)
      }
    })
}

function serviceOf(file: string): ServiceName | undefined {
  const [word] = basename(file)
    .toLowerCase()
    .split(/[^a-z]/)
  return isService(word) ? word : undefined
}

async function checkAgent(file: string, options: CheckOptions): Promise<void> {
  // The agent's code is much to load for all other verbs.
  const configModule = await import('../../agent/config.ts')
  const config = loadConfig(configModule, { file, overrides: options.set ?? [], defaults: options.default ?? [] })
  await write(`${file}: valid\n`)
  if (options.test === undefined) return
  const { loadCases } = await import('../../agent/check/cases.ts')
  const { runCase } = await import('../../agent/check/run-case.ts')
  const { compareOutcome } = await import('../../agent/check/compare.ts')
  const { printResult } = await import('./check-output.ts')
  const cases = options.test.flatMap(loadCases)
  let failed = 0
  for (const each of cases) {
    const outcome = await runCase(config, each)
    const mismatches = compareOutcome(each.expect, outcome)
    if (mismatches.length > 0) failed += 1
    await write(printResult({ case: each, mismatches, records: outcome.records, dropped: outcome.dropped }))
  }
  await write(`${cases.length - failed} passed, ${failed} failed\n`)
  if (failed > 0) process.exitCode = 1
}

/** Asks the service itself, in a process of its own. */
async function checkByProcess(service: ServiceName, file: string, options: CheckOptions): Promise<void> {
  const settings = (flag: string, values: readonly string[] = []) => values.flatMap((value) => [flag, value])
  const flags = [
    ...['--config.check', `--config.file=${file}`],
    ...settings('--set', options.set),
    ...settings('--default', options.default),
  ]
  const { args, env } = launchOf(service, flags)
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...env },
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code === 0) await write(`${file}: valid\n`)
  process.exitCode = code ?? 1
}
