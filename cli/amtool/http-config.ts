import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkValue } from '#lib/config/check.ts'
import { type Diagnostic, printDiagnostics } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import { readConfigFile, reportInto } from '#lib/config/load.ts'
import { messageOf } from '#lib/errors.ts'
import { checkHttpConfig, type HttpConfig, httpConfigSchema } from '../../alertmanager/config/http.ts'
import type { RequesterOptions } from '../../alertmanager/notify/http/requester.ts'
import { CommandError } from './command-line/grammar.ts'

/** How requests are made, as the file of `--http.config.file` says; paths in it are relative to it. */
export function readHttpConfig(file: string): Pick<RequesterOptions, 'config' | 'readFile'> {
  const directory = dirname(file)
  return {
    config: loadHttpConfig(file),
    readFile: async (path) => (await readFile(resolve(directory, path), 'utf8')).trim(),
  }
}

function loadHttpConfig(file: string): HttpConfig {
  try {
    const text = readConfigFile(file)
    const document = parseConfigDocument({ origin: file, text, expand: false, env: {}, yamlVersion: '1.1' })
    const diagnostics: Diagnostic[] = [...document.problems]
    const report = reportInto(diagnostics, httpConfigSchema, document.diagnose)
    const config = checkValue(httpConfigSchema, document.value ?? {}, [], report) as HttpConfig
    if (diagnostics.length === 0) checkHttpConfig(config, [], report)
    if (diagnostics.length === 0) return config
    throw new CommandError(printDiagnostics(diagnostics))
  } catch (error) {
    throw new CommandError(`failed to load HTTP config file: ${messageOf(error)}`)
  }
}
