type Texts = Readonly<Record<string, string>>

export type LabelOrder =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly cycle: readonly string[] }

/** The labels of a route, each after those that its template asks for; or some that ask for each other. */
export function orderLabels(labels: Texts): LabelOrder {
  const done = new Set<string>()
  const visit = (name: string, above: readonly string[]): readonly string[] | undefined => {
    if (done.has(name)) return undefined
    if (above.includes(name)) return [...above.slice(above.indexOf(name)), name]
    for (const other of referencesIn(labels[name]!)) {
      const cycle = Object.hasOwn(labels, other) ? visit(other, [...above, name]) : undefined
      if (cycle !== undefined) return cycle
    }
    done.add(name)
    return undefined
  }
  for (const name of Object.keys(labels)) {
    const cycle = visit(name, [])
    if (cycle !== undefined) return { ok: false, cycle }
  }
  return { ok: true, names: [...done] }
}

/** An action of a template; strings in it may hold braces. */
const ACTION = /\{\{(?:"(?:[^"\\]|\\.)*"|`[^`]*`|\}(?!\})|[^}"`])*\}\}/g
const REFERENCE = /\brouteLabels\s*\(?\s*["`]([^"`]*)["`]|["`]([^"`]*)["`]\s*\|\s*routeLabels\b|\.RouteLabels\.(\w+)/g

/** Names of the labels that a template asks for: `routeLabels "x"` and `.RouteLabels.x`. */
function* referencesIn(template: string): Generator<string> {
  for (const [action] of template.matchAll(ACTION)) {
    for (const [, called, piped, field] of action.matchAll(REFERENCE)) yield called ?? piped ?? field!
  }
}

/** Whether a label says more than its text. */
export function isTemplate(text: string): boolean {
  return text.includes('{{')
}
