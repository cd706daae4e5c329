import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'

/** A link below a panel's heading. */
interface PanelLink {
  readonly title: string
  readonly url: string
}

/** What is said of a panel elsewhere: the alerts that it shows. */
export interface PanelNotes {
  /** A sentence for the description. */
  readonly text: string
  readonly links: readonly PanelLink[]
}

const COLUMNS = 24

/**
 * Makes what the SDK builds whole: ids that stay when panels come and go, letters for queries, places in the grid, no
 * fields that say nothing, keys in order. So diffs show what was changed.
 *
 * @param notesOf what to add to a panel, by its title
 * @returns JSON, classic schema, with a newline at the end
 */
export function finish(dashboard: Dashboard, notesOf: (title: string) => PanelNotes | undefined): string {
  const panels = (dashboard.panels ?? []) as (Panel | RowPanel)[]
  const ids = new Map<number, string>()
  for (const panel of allPanels(panels)) {
    const title = panel.title ?? ''
    const name = isRow(panel) ? `row ${title}` : title
    panel.id = idOf(name)
    const other = ids.get(panel.id)
    if (other !== undefined) throw new Error(`panels "${other}" and "${name}" have one id; rename one of them`)
    ids.set(panel.id, name)
    if (isRow(panel)) continue
    tidyPanel(panel)
    const notes = notesOf(title)
    if (notes !== undefined) addNotes(panel, notes)
  }
  placePanels(panels)
  for (const variable of dashboard.templating?.list ?? []) tidyVariable(variable)
  // The SDK would have links in a menu that older Grafanas do not have.
  for (const link of dashboard.links ?? []) delete link.placement
  const { list = [] } = dashboard.annotations ?? {}
  return `${JSON.stringify(sortKeys({ ...dashboard, annotations: { list } }), null, 2)}\n`
}

/** Id of a panel within its dashboard, made of its title: links in alerts hold when others are added before it. */
export function idOf(title: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(title)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return 1 + (hash % 99_999)
}

function allPanels(panels: readonly (Panel | RowPanel)[]): (Panel | RowPanel)[] {
  return panels.flatMap((panel) => (isRow(panel) ? [panel, ...(panel.panels as Panel[])] : [panel]))
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row'
}

function tidyPanel(panel: Panel): void {
  for (const [index, target] of (panel.targets ?? []).entries()) {
    Object.assign(target, { refId: String.fromCharCode(65 + index) })
  }
  // Without a repeat it says nothing.
  delete panel.repeatDirection
  const defaults = panel.fieldConfig?.defaults
  if (defaults?.links === undefined) return
  // Links of values are no links of dashboards, whose fields the SDK gives them.
  if (defaults.links.length === 0) delete defaults.links
  else Object.assign(defaults, { links: (defaults.links as PanelLink[]).map(({ title, url }) => ({ title, url })) })
}

function addNotes(panel: Panel, { text, links }: PanelNotes): void {
  panel.description = `${panel.description} ${text}`
  panel.links = [...(panel.links ?? []), ...links.map((link) => ({ ...link, targetBlank: true }) as never)]
}

/** From left to right, in lines as high as their highest panel. */
function placePanels(panels: readonly (Panel | RowPanel)[]): void {
  let [x, y, height] = [0, 0, 0]
  const place = (panel: Panel) => {
    const { w, h } = panel.gridPos!
    if (x + w > COLUMNS) [x, y, height] = [0, y + height, 0]
    panel.gridPos = { h, w, x, y }
    x += w
    height = Math.max(height, h)
  }
  for (const panel of panels) {
    if (!isRow(panel)) {
      place(panel)
      continue
    }
    y += height
    panel.gridPos = { h: 1, w: COLUMNS, x: 0, y }
    const below = y + 1
    ;[x, y, height] = [0, below, 0]
    for (const inner of panel.panels as Panel[]) place(inner)
    // What is folded takes no place.
    if (panel.collapsed) [x, y, height] = [0, below, 0]
  }
}

/** The SDK gives every kind of variable the fields of an interval. */
function tidyVariable(variable: VariableModel): void {
  delete variable.auto
  delete variable.auto_min
  delete variable.auto_count
  if (variable.type === 'datasource') Object.assign(variable, { current: {}, regex: '', refresh: 1 })
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  )
}
