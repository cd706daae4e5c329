import { createProgram } from './program.ts'
import { runProgram } from './run.ts'

// `amtool`: the client of Alertmanager's API under the name that people's scripts have.
await runProgram(createProgram(), process.argv.slice(2))
