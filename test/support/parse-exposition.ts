import type { ExpositionFormat } from '#lib/exposition/format.ts'
import type { ExpositionLimits } from '#lib/exposition/limits.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import type { ExpositionFamily } from '#lib/exposition/sample-sink.ts'

export interface ParsedSample {
  readonly family: string
  readonly type: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  readonly timestampMs: number | undefined
}

export interface ParsedExposition {
  readonly samples: readonly ParsedSample[]
  readonly families: readonly ExpositionFamily[]
}

/** Parses a whole text, in chunks of a size. */
export function parseExposition(
  text: string | Buffer,
  format: ExpositionFormat = 'text',
  { chunkBytes = 1 << 20, limits = {} }: { chunkBytes?: number; limits?: Partial<ExpositionLimits> } = {},
): ParsedExposition {
  const samples: ParsedSample[] = []
  const families = new Set<ExpositionFamily>()
  let current: ExpositionFamily | undefined
  const sink = {
    family(family: ExpositionFamily) {
      current = family
      families.add(family)
    },
    sample(name: string, labels: readonly string[], value: number, timestampMs: number | undefined) {
      const entries: [string, string][] = []
      for (let at = 0; at < labels.length; at += 2) entries.push([labels[at]!, labels[at + 1]!])
      const { name: family, type } = current!
      samples.push({ family, type, name, labels: Object.fromEntries(entries), value, timestampMs })
    },
  }
  const parser = new ExpositionParser({ format, sink, limits })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunkBytes) parser.write(bytes.subarray(at, at + chunkBytes))
  parser.end()
  return { samples, families: [...families].map(({ name, type, help, unit }) => ({ name, type, help, unit })) }
}

/** Each sample as a line: name, labels sorted, value, time. */
export function describeSamples({ samples }: ParsedExposition): string[] {
  return samples.map(({ name, labels, value, timestampMs }) => {
    const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
    const inside = sorted.map(([key, text]) => `${key}=${JSON.stringify(text)}`).join(',')
    return `${name}{${inside}} ${Object.is(value, -0) ? '-0' : value}${timestampMs === undefined ? '' : ` ${timestampMs}`}`
  })
}
