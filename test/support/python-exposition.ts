import { spawnSync } from 'node:child_process'
import type { ExpositionFormat } from '#lib/exposition/format.ts'

/** Reads a JSON list of `[format, text]` and writes one of sample lists; an error's text stands for a refused page. */
const SCRIPT = `
import json, math, sys
from prometheus_client.parser import text_string_to_metric_families as text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
def number(value):
    return str(float(value))
def read(format, page):
    try:
        found = []
        for family in (openmetrics if format == 'openmetrics' else text)(page):
            for s in family.samples:
                time = None if s.timestamp is None else round(float(s.timestamp) * 1000)
                found.append([s.name, s.labels, number(s.value), time])
        return found
    except Exception as error:
        return 'refused: ' + str(error)
print(json.dumps([read(*page) for page in json.load(sys.stdin)]))
`

export type PythonSample = readonly [name: string, labels: Record<string, string>, value: string, timeMs: number | null]

/** A Python that has the official client library, or undefined. Debian's has it as python3-prometheus-client. */
export function findPython(): string | undefined {
  return ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import prometheus_client.openmetrics.parser']).status === 0,
  )
}

/** What the official parsers make of pages: their samples, or why they refuse them. */
export function parseByPython(
  python: string,
  pages: readonly (readonly [format: ExpositionFormat, text: string])[],
): readonly (readonly PythonSample[] | string)[] {
  const { stdout, stderr, status } = spawnSync(python, ['-c', SCRIPT], {
    input: JSON.stringify(pages),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}
