/** What a text may have at the most. */
export interface ExpositionLimits {
  /** Of the whole text, decompressed. */
  readonly maxBytes: number
  readonly maxSamples: number
  readonly maxLineBytes: number
  /** Labels of a series. */
  readonly maxLabels: number
  /** Of the name of a metric or label. */
  readonly maxNameBytes: number
  /** Of the value of a label. */
  readonly maxValueBytes: number
}

export const EXPOSITION_LIMITS: ExpositionLimits = {
  maxBytes: 64 * 1024 ** 2,
  maxSamples: 1_000_000,
  maxLineBytes: 256 * 1024,
  maxLabels: 64,
  maxNameBytes: 1024,
  maxValueBytes: 16 * 1024,
}
