import { isService, launchOf } from './launch.ts'

const [verb, ...rest] = process.argv.slice(2)

if (isService(verb)) {
  // The service takes the place of this process, so that signals, the exit code and the memory are its own.
  const { args, env } = launchOf(verb, rest)
  process.execve?.(process.execPath, [process.execPath, ...args], { ...process.env, ...env } as NodeJS.ProcessEnv)
} else {
  const { runCommandLine } = await import('./program.ts')
  await runCommandLine(process.argv)
}
