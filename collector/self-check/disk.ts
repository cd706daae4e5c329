import { formatBytes, parseBytes } from '#lib/bytes.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'
import type { Answer } from '../index/answer.ts'
import { type Ask, whyUnknown } from './ask.ts'

const CHECK = 'disk'
const PREFIX = 'cluster.routing.allocation.disk.'
const WATERMARK = `${PREFIX}watermark.`
/** Of Elasticsearch, where it does not say. */
const DEFAULTS = { low: '85%', high: '90%', flood_stage: '95%' } as const
type Level = keyof typeof DEFAULTS

interface NodeDisk {
  readonly name: string
  readonly totalBytes: number
  readonly freeBytes: number
}

/** How full the disks of the nodes are, compared with the watermarks from which on Elasticsearch stops to allocate or write. */
export async function checkDisk(ask: Ask, stats: Answer): Promise<readonly Finding[]> {
  if (stats.kind === 'error' && stats.status !== 401 && stats.status !== 403) return []
  if (stats.kind !== 'ok') return [warn(CHECK, `not checked: ${whyUnknown(stats)}`, 'It needs monitor on the cluster.')]
  const settings = await ask({
    method: 'GET',
    path: '/_cluster/settings',
    querystring: { include_defaults: 'true', flat_settings: 'true', filter_path: `*.${PREFIX}*` },
  })
  const set = settings.kind === 'ok' ? settings.body : undefined
  if (settingOf(set, `${PREFIX}threshold_enabled`) === 'false') return [ok(CHECK, 'watermarks are switched off')]
  const nodes = disksOf(stats.body)
  if (nodes.length === 0) return []
  const fullest = nodes.reduce((a, b) => (a.freeBytes / a.totalBytes < b.freeBytes / b.totalBytes ? a : b))
  return [describe(fullest, (level) => settingOf(set, `${WATERMARK}${level}`) ?? DEFAULTS[level])]
}

function describe(node: NodeDisk, watermark: (level: Level) => string): Finding {
  const { name, totalBytes, freeBytes } = node
  const usedPercent = Math.round((1 - freeBytes / totalBytes) * 100)
  const state = `the disk of ${name} is ${usedPercent}% full, ${formatBytes(freeBytes)} free`
  const isAbove = (level: Level) => isPast(watermark(level), node)
  const cure = 'Free or add disk space, or shorten elasticsearch.retention.'
  if (isAbove('flood_stage')) {
    return fail(
      CHECK,
      `${state}: beyond the flood-stage watermark (${watermark('flood_stage')}), indices become read-only`,
      cure,
    )
  }
  if (isAbove('high')) {
    return warn(
      CHECK,
      `${state}: beyond the high watermark (${watermark('high')}), flood stage is ${watermark('flood_stage')}`,
      cure,
    )
  }
  if (isAbove('low')) {
    return warn(CHECK, `${state}: beyond the low watermark (${watermark('low')}), no more shards are put there`, cure)
  }
  return ok(CHECK, `${state}; the flood-stage watermark is ${watermark('flood_stage')}`)
}

/** A watermark is a part of the disk that is used, or an amount that is free. */
function isPast(watermark: string, { totalBytes, freeBytes }: NodeDisk): boolean {
  const percent = /^([\d.]+)%$/.exec(watermark)?.[1]
  if (percent !== undefined) return 1 - freeBytes / totalBytes >= Number(percent) / 100
  const ratio = /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(watermark) ? Number(watermark) : undefined
  if (ratio !== undefined) return 1 - freeBytes / totalBytes >= ratio
  // Elasticsearch's `20gb` is binary.
  const bytes = parseBytes(watermark.toLowerCase().replace(/([kmgt])b$/, (_, unit: string) => `${unit.toUpperCase()}i`))
  return bytes !== undefined && freeBytes <= bytes
}

function disksOf(body: unknown): readonly NodeDisk[] {
  const { nodes = {} } = (body ?? {}) as {
    nodes?: Record<string, { name?: string; fs?: { total?: { total_in_bytes?: number; available_in_bytes?: number } } }>
  }
  return Object.values(nodes).flatMap(({ name = 'a node', fs }) => {
    const { total_in_bytes: totalBytes = 0, available_in_bytes: freeBytes = 0 } = fs?.total ?? {}
    return totalBytes > 0 ? [{ name, totalBytes, freeBytes }] : []
  })
}

/** A setting, wherever it was made: what is transient wins, then what is persistent. */
function settingOf(body: unknown, name: string): string | undefined {
  const groups = (body ?? {}) as Record<string, Record<string, unknown> | undefined>
  for (const group of ['transient', 'persistent', 'defaults']) {
    const value = groups[group]?.[name]
    if (value !== undefined) return String(value)
  }
  return undefined
}
