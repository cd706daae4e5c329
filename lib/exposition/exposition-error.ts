/** `syntax` is what the format does not allow, `limit` what is more than was allowed here. */
export type ExpositionFault = 'syntax' | 'limit'

/** Why a text cannot be taken. What it quotes of the text is short and has no control characters. */
export class ExpositionError extends Error {
  /** From 1. */
  readonly line: number
  readonly fault: ExpositionFault

  constructor(line: number, fault: ExpositionFault, problem: string) {
    super(`line ${line}: ${problem}`)
    this.name = 'ExpositionError'
    this.line = line
    this.fault = fault
  }
}

/** What is wrong with a line, thrown where its number is not known. */
export class LineProblem extends Error {
  readonly fault: ExpositionFault

  constructor(problem: string, fault: ExpositionFault = 'syntax') {
    super(problem)
    this.fault = fault
  }
}

const QUOTED_CHARS = 60

/** Text of a peer as it may stand in a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARS ? `${text.slice(0, QUOTED_CHARS)}…` : text)
}
