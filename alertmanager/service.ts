import type { CommandLine } from '#lib/process/flags.ts'
import { kingpinUsage, parseKingpinFlags } from '#lib/process/kingpin.ts'
import type { ServiceDefinition } from '#lib/process/run.ts'
import { assembleRouter } from './assembly.ts'
import { configModule, type ProcessConfig } from './config.ts'
import { FLAGS } from './process/flags.ts'
import { loadConfigOf } from './process/load-config.ts'
import { readBuildInfo, versionText } from './version.ts'

const PROGRAM = 'alertmanager'
const SUMMARY = 'Groups alerts and tells the right people, in the format and manner of Alertmanager.'

/** Upstream's command line, to the letter: someone who runs Alertmanager changes the program and nothing else. */
const commandLine: CommandLine = {
  parse: (argv) => parseKingpinFlags(argv, FLAGS),
  usage: () => kingpinUsage(PROGRAM, SUMMARY, FLAGS),
  version: () => versionText(PROGRAM, readBuildInfo()),
  refusal: (problem) => ({ text: `${PROGRAM}: error: ${problem}, try --help`, exitCode: 1 }),
}

/** The alert router as a process: its command line, its configuration, and what it is made of. */
export const alertmanagerService: ServiceDefinition<ProcessConfig> = {
  name: 'alertmanager',
  summary: SUMMARY,
  flags: FLAGS,
  commandLine,
  configModule,
  assemble: assembleRouter,
  printChecked: (config) => loadConfigOf(config).original,
}
