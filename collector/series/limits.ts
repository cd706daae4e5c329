import type { SeriesRefusal } from './series-sink.ts'
import type { Source } from './sources.ts'

/** How much may be kept. */
export interface SeriesLimits {
  readonly maxSeries: number
  readonly maxBytes: number
  /** Of each node. */
  readonly maxSeriesPerNode: number
  /** Of each value of the tenant label. */
  readonly maxSeriesPerTenant: number
  /** Name of the label; empty for no tenants. */
  readonly tenantLabel: string
}

/** Whose series are counted together, by the value of a label. */
export interface Tenant {
  readonly name: string
  series: number
  /** Label sets that name it. */
  labelSets: number
}

/** The tenants of label sets. */
export class Tenants {
  readonly #label: string
  readonly #byName = new Map<string, Tenant>()
  readonly #byLabels: (Tenant | undefined)[] = []

  constructor(label: string) {
    this.#label = label
  }

  /** The tenant that is named by labels, names and values in turn. */
  named(labels: readonly string[]): Tenant | undefined {
    if (this.#label === '') return undefined
    for (let index = 0; index < labels.length; index += 2) {
      if (labels[index] !== this.#label) continue
      const name = labels[index + 1]!
      return name === '' ? undefined : (this.#byName.get(name) ?? { name, series: 0, labelSets: 0 })
    }
    return undefined
  }

  add(labelSet: number, tenant: Tenant | undefined): void {
    if (tenant === undefined) return
    tenant.labelSets += 1
    this.#byName.set(tenant.name, tenant)
    this.#byLabels[labelSet] = tenant
  }

  of(labelSet: number): Tenant | undefined {
    return this.#byLabels[labelSet]
  }

  remove(labelSet: number): void {
    const tenant = this.#byLabels[labelSet]
    if (tenant === undefined) return
    this.#byLabels[labelSet] = undefined
    tenant.labelSets -= 1
    if (tenant.labelSets === 0) this.#byName.delete(tenant.name)
  }
}

/** Why there is no room for another series, or undefined. */
export function checkLimits(
  limits: SeriesLimits,
  has: { readonly series: number; readonly bytes: number },
  source: Source,
  tenant: Tenant | undefined,
): SeriesRefusal | undefined {
  if (has.series >= limits.maxSeries) return 'series_limit'
  if (source.node !== undefined && source.node.series >= limits.maxSeriesPerNode) return 'node_limit'
  if (tenant !== undefined && tenant.series >= limits.maxSeriesPerTenant) return 'tenant_limit'
  return has.bytes >= limits.maxBytes ? 'bytes_limit' : undefined
}
