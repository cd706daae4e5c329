import type { TemplateInput } from '../notify/data.ts'

/** The texts of a configuration, which are templates in Go's language. */
export interface Templates {
  /** Renders a text with text/template. Throws a TemplateError in Go's words. */
  text(source: string, data: TemplateInput): string
  /** Renders HTML with html/template: what comes from alerts is escaped for the place where it stands. */
  html(source: string, data: TemplateInput): string
}

/** Bounds on one execution; what is left out is as for notifications. */
interface RenderLimits {
  /** Characters of output. */
  readonly output: number
  /** Milliseconds of the processor. */
  readonly timeMs: number
}

/** Texts to which more can be added. */
export interface TemplateLibrary extends Templates {
  /**
   * The same with what a text defines, and with other limits, for somebody who tries something out. Nothing of it
   * stays. Throws a TemplateError in Go's words.
   */
  extendedBy(definitions: string, limits: RenderLimits): Templates
}

/** Takes every text for what it says. */
export const LITERAL_TEMPLATES: Templates = { text: (source) => source, html: (source) => source }
