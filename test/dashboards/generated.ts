import { EXAMPLE_ADDRESSES } from '../../dashboards/addresses.ts'
import { generatedFiles } from '../../dashboards/outputs.ts'

/** What tests look at in a dashboard. */
export interface GeneratedDashboard {
  readonly uid: string
  readonly title: string
  readonly editable: boolean
  readonly schemaVersion: number
  readonly timezone: string
  readonly links: readonly { readonly tags: string[]; readonly keepTime: boolean; readonly includeVars: boolean }[]
  readonly tags: readonly string[]
  readonly templating: { readonly list: readonly GeneratedVariable[] }
  readonly panels: readonly GeneratedPanel[]
  readonly annotations: { readonly list: readonly { readonly expr: string; readonly datasource: Datasource }[] }
}

export interface Datasource {
  readonly type: string
  readonly uid: string
}

export interface GeneratedVariable {
  readonly type: string
  readonly name: string
  readonly label?: string
  readonly query: string | { readonly query: string }
  readonly datasource?: Datasource
  readonly multi?: boolean
  readonly allValue?: string
  readonly refresh?: number
}

export interface GeneratedPanel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly collapsed?: boolean
  readonly datasource?: Datasource
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly links?: readonly { readonly title: string; readonly url: string }[]
  readonly panels?: readonly GeneratedPanel[]
  readonly targets?: readonly GeneratedTarget[]
  readonly transformations?: readonly {
    readonly id: string
    readonly options: { readonly include?: { readonly names: readonly string[] } }
  }[]
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string; readonly mappings?: readonly unknown[] } }
}

export interface GeneratedTarget {
  readonly refId: string
  readonly datasource: Datasource
  readonly expr?: string
  readonly query?: string
  readonly metrics?: readonly { readonly type: string }[]
}

export const GENERATED: ReadonlyMap<string, string> = generatedFiles(EXAMPLE_ADDRESSES)

export const DASHBOARDS: readonly GeneratedDashboard[] = [...GENERATED]
  .filter(([name]) => name.endsWith('.json'))
  .map(([, content]) => JSON.parse(content) as GeneratedDashboard)

/** Panels with something in them, folded ones too. */
export function panelsOf({ panels }: GeneratedDashboard): GeneratedPanel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? [...(panel.panels ?? [])] : [panel]))
}
