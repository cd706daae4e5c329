import type { ShapeConfig } from '../../collector/shape/config.ts'

/** A configuration that asks for nothing else. */
export function shapeConfig(some: Partial<ShapeConfig>): ShapeConfig {
  return { redact: { presets: [], patterns: [] }, rules: [], routes: [], ...some }
}
