import type { Report } from '#lib/config/check.ts'
import { list, mapping, section, text } from '#lib/config/schema.ts'
import { containerNames } from '#lib/select/container-rule.ts'
import type { SelectionRule } from './selection.ts'

/** Containers by name and by labels of their pods. */
export const selectionRules = (description: string) =>
  list(
    section('Containers by name and label. A rule is met if all of its parts are.', {
      ...containerNames(),
      labels: mapping(text({ description: 'Pattern of the value, `*` for any.' }), {
        description:
          'Labels that the pod must have. They come from `metadata`: a container is not read before they are known, for 2 s at the most; if they are not known then, it is read until they are.',
        default: {},
      }),
    }),
    { description, default: [] },
  )

interface SelectionConfig {
  readonly logs: Readonly<Record<'include' | 'exclude', readonly Pick<SelectionRule, 'labels'>[]>>
  readonly metadata: { readonly source: string }
}

/** Reports rules about labels of which nobody will tell. */
export function checkSelection({ logs, metadata }: SelectionConfig, report: Report): void {
  if (metadata.source !== 'none') return
  for (const key of ['include', 'exclude'] as const) {
    for (const [index, { labels }] of logs[key].entries()) {
      if (Object.keys(labels).length === 0) continue
      report(['logs', key, index, 'labels'], `logs.${key} asks for labels, but metadata.source is "none"`)
    }
  }
}
