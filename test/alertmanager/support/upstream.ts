import { existsSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { Child } from './child.ts'
import { RouterClient } from './router-process.ts'

/** Where a program of Prometheus' Alertmanager is, under any of its names; undefined if it is not installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => directories.map((directory) => join(directory, name))).find((path) => existsSync(path))
}

export const ALERTMANAGER = findProgram('alertmanager', 'prometheus-alertmanager')
export const AMTOOL = findProgram('amtool', 'prometheus-amtool')

/** What a test says that needs a program which is not there. */
export const missing = (program: string | undefined, name: string) => {
  return program === undefined ? { skip: `${name} is not installed` } : {}
}

/** Starts the original, alone, with this configuration. */
export async function startUpstream(
  t: Pick<TestContext, 'after'>,
  directory: string,
  yaml: string,
  more: readonly string[] = [],
  program = ALERTMANAGER!,
) {
  const file = join(directory, 'upstream.yml')
  writeFileSync(file, yaml)
  const child = new Child(t, program, [
    ...[`--config.file=${file}`, `--storage.path=${join(directory, 'upstream')}`, '--cluster.listen-address='],
    '--web.listen-address=127.0.0.1:0',
    ...more,
  ])
  const [, address] = await child.printed(/Listening on"? address=(\S+)\n/)
  return new RouterClient(child, `http://${address}`)
}
