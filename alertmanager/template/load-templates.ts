import type { CreateTemplatesOptions } from './create-templates.ts'
import type { TemplateLibrary } from './templates.ts'

/**
 * The default templates and those of a configuration. The engine is loaded when it is first asked for.
 *
 * @throws CodedError CONFIG_INVALID where a file of theirs cannot be read or parsed
 */
export async function loadTemplates(options: CreateTemplatesOptions): Promise<TemplateLibrary> {
  const { createTemplates } = await import('./create-templates.ts')
  return createTemplates(options)
}
