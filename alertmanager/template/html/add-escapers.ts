import type { CommandNode, PipeNode } from '../parse/node.ts'
import { ESCAPER_NAMES as N } from './escapers-for.ts'

/** Functions of the template language that escape. They may only stand at the end of a pipeline. */
const PREDEFINED: ReadonlySet<string> = new Set(['html', 'urlquery'])

/** Prints the operands of a call of a predefined escaper, so that it can take them from a pipeline. */
export const PRINT_OPERANDS = '_eval_args_'

/** The predefined escaper that does what the escaper does, or is taken for it. */
const EQUIVALENT: ReadonlyMap<string, string> = new Map([
  [N.attribute, 'html'],
  [N.html, 'html'],
  [N.rcdata, 'html'],
  [N.url, 'urlquery'],
  // A query is escaped more than a path need be. Templates of old rely on it.
  [N.urlNormalizer, 'urlquery'],
])

/** Behind which escaper which others change nothing. */
const REDUNDANT: ReadonlyMap<string, readonly string[]> = new Map([
  [N.comment, [N.attribute, N.html]],
  [N.css, [N.attribute]],
  [N.jsRegexp, [N.attribute]],
  [N.jsString, [N.attribute]],
  [N.jsTemplate, [N.attribute]],
  [N.url, [N.urlNormalizer]],
])

/** The predefined escaper that the command calls, if it calls one. */
export function predefinedEscaper(command: CommandNode): string | undefined {
  const name = functionOf(command)
  return name !== undefined && PREDEFINED.has(name) ? name : undefined
}

/** The pipeline with these escapers at its end, except those that what stands there makes superfluous. */
export function addEscapers(pipe: PipeNode, escapers: readonly string[]): PipeNode {
  if (escapers.length === 0) return pipe
  const last = pipe.commands.at(-1)
  const predefined = last === undefined ? undefined : predefinedEscaper(last)
  const isTaken = (name: string) => predefined !== undefined && EQUIVALENT.get(name) === predefined
  const commands = predefined === undefined ? [...pipe.commands] : withoutOperands(pipe.commands, predefined)
  // Where it does the work of one of the escapers, the predefined one moves to that one's place.
  if (escapers.some(isTaken)) commands.pop()
  const present = new Set(commands.map(functionOf).map((name) => name && normal(name)))
  for (const name of escapers.map((name) => (isTaken(name) ? predefined! : name))) {
    if (present.has(normal(name))) continue
    const before = functionOf(commands.at(-1))
    if (before !== undefined && REDUNDANT.get(before)?.includes(name)) continue
    commands.push(call(name, pipe.pos))
  }
  return { ...pipe, commands }
}

/** `html .A .B` as `_eval_args_ .A .B | html`. */
function withoutOperands(commands: readonly CommandNode[], predefined: string): CommandNode[] {
  const [first] = commands
  if (commands.length > 1 || first === undefined || first.operands.length === 1) return [...commands]
  const [name, ...operands] = first.operands
  const printed = { kind: 'identifier', pos: name!.pos, name: PRINT_OPERANDS } as const
  return [{ ...first, operands: [printed, ...operands] }, call(predefined, first.pos)]
}

function call(name: string, pos: number): CommandNode {
  return { kind: 'command', pos, operands: [{ kind: 'identifier', pos, name }] }
}

function functionOf(command: CommandNode | undefined): string | undefined {
  const [first] = command?.operands ?? []
  return first?.kind === 'identifier' ? first.name : undefined
}

function normal(name: string): string {
  return EQUIVALENT.get(name) ?? name
}
