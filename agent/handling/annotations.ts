import type { PodMetadata } from '../metadata/pod-metadata.ts'
import type { MultilineRules } from '../multiline/rules.ts'
import { type Setting, VENDORS, type Vendor } from './config.ts'
import { readElasticAnnotations } from './elastic-annotations.ts'
import type { HandlingEvents } from './events.ts'
import { readFluentBitAnnotations } from './fluent-bit-annotations.ts'
import { readVectorAnnotations } from './vector-annotations.ts'
import { readVedetteAnnotations } from './vedette-annotations.ts'
import { type AnnotationReader, noWishes, type Wishes } from './wishes.ts'

export interface AnnotationsOptions {
  readonly accept: readonly Vendor[]
  readonly settings: readonly Setting[]
  readonly rules: MultilineRules
  readonly events: HandlingEvents
}

const READERS: Readonly<Record<Vendor, AnnotationReader>> = {
  'vedette.dev': readVedetteAnnotations,
  'fluentbit.io': readFluentBitAnnotations,
  'vector.dev': readVectorAnnotations,
  'co.elastic.logs': readElasticAnnotations,
}

/** Told of each only once; when there are more, some are told again. */
const MAX_REFUSED = 10_000

/** The container is part of Elastic's prefix. */
const BEGINNINGS = [...VENDORS.map((vendor) => `${vendor}/`), 'co.elastic.logs.']

/** Whether an annotation is one that {@link Annotations} may read, by this configuration or the next. */
export function isAboutLogs(annotation: string): boolean {
  return BEGINNINGS.some((beginning) => annotation.startsWith(beginning))
}

/**
 * What the annotations of a pod ask for. Whoever may annotate a pod need not be trusted with the node: they can choose
 * among what is there (parsers, patterns by name or RE2 of limited size, limits), never a path, an endpoint or an input.
 */
export class Annotations {
  readonly #options: AnnotationsOptions
  readonly #refused = new Set<string>()

  constructor(options: AnnotationsOptions) {
    this.#options = options
  }

  read(pod: PodMetadata, container: string): Wishes {
    const { accept, settings, rules } = this.#options
    const wishes = noWishes()
    const context = {
      ...{ pod, container, rules },
      allows: (setting: Setting) => settings.includes(setting),
      refuse: (annotation: string, problem: string) => this.#refuse(pod, annotation, problem),
    }
    for (const vendor of accept) READERS[vendor](context, wishes)
    return wishes
  }

  #refuse({ uid, namespace, name }: PodMetadata, annotation: string, problem: string): void {
    const key = `${uid} ${annotation} ${problem}`
    if (this.#refused.has(key)) return
    if (this.#refused.size >= MAX_REFUSED) this.#refused.clear()
    this.#refused.add(key)
    this.#options.events.annotationIgnored({}, { namespace, pod: name, annotation, problem })
  }
}
