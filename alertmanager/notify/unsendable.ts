import { TemplateError } from '../template/template-error.ts'
import { failure, type NotifyResult } from './receiver.ts'
import { afterOthers, rendering } from './rendering-turns.ts'

/** What keeps a notification from being sent however often it is tried: a text, a file, a setting. Holds no secret. */
export class Unsendable extends Error {}

/** Composes and sends a notification; what cannot be composed is a failure for good. */
export async function composeAndSend(where: string, work: () => Promise<NotifyResult>): Promise<NotifyResult> {
  try {
    return await afterOthers(work)
  } catch (error) {
    if (error instanceof Unsendable || error instanceof TemplateError) {
      return failure('other', false, `${where}: ${error.message}`)
    }
    throw error
  }
}

/** Renders a text of the configuration, which stands under this key. */
export function render(key: string, work: () => string): string {
  try {
    return rendering(work)
  } catch (error) {
    if (error instanceof TemplateError) throw new Unsendable(`${key}: ${error.message}`)
    throw error
  }
}
