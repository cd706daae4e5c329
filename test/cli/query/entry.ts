import { Command, CommanderError } from 'commander'
import { queryCommand } from '../../../cli/query/query.ts'
import { tailCommand } from '../../../cli/query/tail.ts'

const program = new Command('vedette').exitOverride()
for (const command of [queryCommand(), tailCommand()]) {
  program.addCommand(command)
  command.copyInheritedSettings(program)
}
try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
