import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { launchOf, SERVICES } from './launch.ts'

/**
 * Fills the compile cache after an installation, so that the first start is as fast and as small as any later one.
 * Without it everything works too, so a failure is none of the installation.
 */
if (existsSync(join(import.meta.dirname, '..', 'node_modules', 'fastify'))) {
  for (const service of SERVICES) {
    const { args, env } = launchOf(service, ['--version'])
    spawnSync(process.execPath, args, { stdio: 'ignore', env: { ...process.env, ...env }, timeout: 60_000 })
  }
}
