/** What is wrong with a template, or went wrong while it was executed, in the words of Go's text/template. */
export class TemplateError extends Error {
  /** Where reading stopped, as an index in the source, where that is known. */
  readonly pos: number | undefined

  constructor(message: string, pos?: number) {
    super(message)
    this.name = 'TemplateError'
    this.pos = pos
  }
}
