import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { checkValue } from '#lib/config/check.ts'
import { type Diagnostic, printDiagnostics } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import { readConfigFile, reportInto } from '#lib/config/load.ts'
import { messageOf } from '#lib/errors.ts'
import { checkHttpConfig, type HttpConfig, httpConfigSchema } from '../../alertmanager/config/http.ts'
import { httpHeaders } from '../../alertmanager/notify/http/headers.ts'
import { tlsOptions } from '../../alertmanager/notify/http/tls-options.ts'
import type { RequestExtras } from './api/client.ts'
import { CommandError } from './command-line/grammar.ts'

/** How requests are made, as the file of `--http.config.file` says; paths in it are relative to it. */
export function readHttpConfig(file: string): { readonly extras: RequestExtras; readonly followsRedirects: boolean } {
  const config = loadHttpConfig(file)
  const readText = async (path: string) => (await readFile(resolve(dirname(file), path), 'utf8')).trim()
  return {
    extras: async (url) => ({
      headers: await httpHeaders(config, url, readText),
      ...(config.tls_config === undefined ? {} : await tlsOptions(config.tls_config, readText)),
    }),
    followsRedirects: config.follow_redirects,
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
    if (diagnostics.length === 0) return refuseUnknown(config)
    throw new CommandError(printDiagnostics(diagnostics))
  } catch (error) {
    throw new CommandError(`failed to load HTTP config file: ${messageOf(error)}`)
  }
}

/** What would be left out in silence is an error. */
function refuseUnknown(config: HttpConfig): HttpConfig {
  if (config.oauth2 !== undefined) throw new CommandError('amtool has no oauth2; use authorization or basic_auth')
  if (config.proxy_url !== undefined || config.proxy_from_environment === true) {
    throw new CommandError('amtool uses no proxies')
  }
  return config
}
