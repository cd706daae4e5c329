import { isService, launchOf } from './launch.ts'

/** Verbs with the command line of Alertmanager's client. */
const ROUTER_VERBS = new Set(['alert', 'silence', 'notifications', 'routes', 'receivers', 'template'])

const [verb, ...rest] = process.argv.slice(2)

if (isService(verb)) {
  // The service takes the place of this process, so that signals, the exit code and the memory are its own.
  const { args, env } = launchOf(verb, rest)
  process.execve?.(process.execPath, [process.execPath, ...args], { ...process.env, ...env } as NodeJS.ProcessEnv)
} else if (verb !== undefined && ROUTER_VERBS.has(verb)) {
  const { createRouterVerbs } = await import('./amtool/program.ts')
  const { runProgram } = await import('./amtool/run.ts')
  await runProgram(createRouterVerbs(), [verb, ...rest])
} else {
  const { runCommandLine } = await import('./program.ts')
  await runCommandLine(process.argv)
}
