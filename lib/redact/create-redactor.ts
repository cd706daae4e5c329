import { Chunk } from '../match/chunk.ts'
import type { RedactConfig } from './config.ts'
import { OwnPatternDetector } from './own-pattern.ts'
import { PRESETS } from './presets.ts'
import { Redactor } from './redactor.ts'

/** The redactor that a configuration asks for; undefined if nothing is to be redacted. */
export function createRedactor({ presets, patterns }: RedactConfig): Redactor | undefined {
  const chunk = new Chunk()
  const redactions = [
    ...[...new Set(presets)].map((name) => ({ name, detectors: PRESETS[name](), replacement: standIn(name) })),
    ...patterns.map(({ name, pattern, replacement = standIn(name) }) => ({
      ...{ name, replacement },
      detectors: [new OwnPatternDetector(pattern, chunk)],
    })),
  ]
  return redactions.length === 0 ? undefined : new Redactor(redactions, chunk)
}

function standIn(name: string): string {
  return `[REDACTED:${name}]`
}
