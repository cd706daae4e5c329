import { describeMetric } from './check-push.ts'
import type { GroupState, PushGroup } from './push-group.ts'
import type { Problems } from './push-refusal.ts'
import type { PushedFamily, PushedMetric, PushedType } from './pushed-family.ts'

interface KnownFamily {
  readonly type: PushedType
  /** Groups that have it. */
  groups: number
}

const PARTS: Readonly<Record<string, readonly PushedType[]>> = {
  _count: ['histogram', 'summary'],
  _sum: ['histogram', 'summary'],
  _bucket: ['histogram'],
}

/**
 * Finds what is inconsistent among the groups: as Prometheus' client library does when it gathers, but by looking at what
 * is pushed only, and not at all of the others each time.
 */
export class PushIndex {
  readonly #families = new Map<string, KnownFamily>()
  /** Which group has a metric, by name and labels. */
  readonly #owners = new Map<string, PushGroup>()

  /** Adds what stands against replacing the state of a group by another, of which these families were pushed. */
  check(group: PushGroup, before: GroupState, after: GroupState, pushed: readonly PushedFamily[], to: Problems): void {
    const others = (name: string): PushedType | undefined => {
      const known = this.#families.get(name)
      return known === undefined || known.groups <= Number(before.families.has(name)) ? undefined : known.type
    }
    const typeOf = (name: string) => after.families.get(name)?.type ?? others(name)
    for (const family of pushed) {
      const { name, type, metrics } = family
      const known = others(name)
      if (known !== undefined && known !== type && metrics.length > 0) {
        to.add(`collected metric ${describeMetric(family, metrics[0]!)} is not a ${known.toUpperCase()}`)
      }
      checkNames(name, type, typeOf, to)
      const seen = new Set<string>()
      for (const metric of metrics) {
        const key = metricKey(name, metric)
        const owner = this.#owners.get(key)
        if (seen.has(key) || (owner !== undefined && owner !== group)) {
          const words = describeMetric(family, metric)
          to.add(`collected metric ${words} was collected before with the same name and label values`)
        }
        seen.add(key)
      }
    }
  }

  /** Takes the state of a group in place of the one before. */
  replace(group: PushGroup, before: GroupState | undefined, after: GroupState | undefined): void {
    for (const family of before?.families.values() ?? []) {
      if (after?.families.get(family.name) !== family) this.#remove(family)
    }
    for (const family of after?.families.values() ?? []) {
      if (before?.families.get(family.name) !== family) this.#add(group, family)
    }
  }

  #remove({ name, metrics }: PushedFamily): void {
    for (const metric of metrics) this.#owners.delete(metricKey(name, metric))
    const known = this.#families.get(name)
    if (known === undefined) return
    known.groups -= 1
    if (known.groups === 0) this.#families.delete(name)
  }

  #add(group: PushGroup, { name, type, metrics }: PushedFamily): void {
    for (const metric of metrics) this.#owners.set(metricKey(name, metric), group)
    const known = this.#families.get(name)
    if (known === undefined) this.#families.set(name, { type, groups: 1 })
    else known.groups += 1
  }
}

/** A histogram's or summary's parts have names that no other metric may have. */
function checkNames(
  name: string,
  type: PushedType,
  typeOf: (name: string) => PushedType | undefined,
  to: Problems,
): void {
  for (const [suffix, types] of Object.entries(PARTS)) {
    if (name.endsWith(suffix)) {
      const whole = name.slice(0, -suffix.length)
      const wholeType = typeOf(whole)
      if (wholeType !== undefined && types.includes(wholeType)) {
        to.add(`collected metric named "${name}" collides with previously collected ${wholeType} named "${whole}"`)
      }
    }
    const part = name + suffix
    if (types.includes(type) && typeOf(part) !== undefined) {
      const kind = suffix === '_bucket' ? 'histogram' : 'histogram or summary'
      to.add(`collected ${kind} named "${name}" collides with previously collected metric named "${part}"`)
    }
  }
}

function metricKey(name: string, { labels }: PushedMetric): string {
  return `${name}\0${labels.join('\0')}`
}
