import { isObject } from '../../../mapping/json-object.ts'
import { failure, requireOptions, wholeNumber } from '../options.ts'
import { parseGapPolicy } from './buckets-path.ts'
import type { Pipeline } from './pipeline.ts'
import { overNumbers, simpleValue } from './sequence.ts'

type WindowFunction = (values: readonly number[], numbers: readonly number[]) => number

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
const average = (values: readonly number[]) => (values.length === 0 ? Number.NaN : sum(values) / values.length)

/** Elasticsearch's `MovingFunctions`; the numbers are the arguments after `values`. */
const FUNCTIONS: Readonly<Record<string, WindowFunction>> = {
  max: (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.max(a, b))),
  min: (values) => (values.length === 0 ? Number.NaN : values.reduce((a, b) => Math.min(a, b))),
  sum,
  unweightedAvg: average,
  stdDev: (values) => {
    const mean = average(values)
    return values.length === 0 ? Number.NaN : Math.sqrt(average(values.map((value) => (value - mean) ** 2)))
  },
  linearWeightedAvg: (values) => {
    if (values.length === 0) return Number.NaN
    const weighted = sum(values.map((value, place) => value * (place + 1)))
    // The weights add up to one more than those that are used, as they do upstream.
    return weighted / (1 + (values.length * (values.length + 1)) / 2)
  },
  ewma: (values, [alpha = 0.5]) =>
    values.length === 0 ? Number.NaN : values.reduce((before, value) => value * alpha + before * (1 - alpha)),
  holt: (values, [alpha = 0.5, beta = 0.5]) => holt(values, alpha, beta),
}

/** Smooths level and trend; the first value says nothing of the trend. */
function holt(values: readonly number[], alpha: number, beta: number): number {
  let level = values[0] ?? Number.NaN
  let trend = 0
  for (const value of values.slice(1)) {
    const before = level
    level = alpha * value + (1 - alpha) * (before + trend)
    trend = beta * (level - before) + (1 - beta) * trend
  }
  return level
}

const CALL = /^\s*(?:return\s+)?MovingFunctions\.(\w+)\(\s*values\s*(?:,([^()]*(?:\([^()]*\))?[^()]*))?\)\s*;?\s*$/

/** Functions of the values in a window that goes over the buckets. */
export function parseMovingFunction(body: unknown): (name: string) => Pipeline {
  const options = requireOptions('moving_fn', body, ['buckets_path', 'gap_policy', 'window', 'shift', 'script'])
  const window = wholeNumber('moving_fn', options, 'window', 0, 1)
  const shift = wholeNumber('moving_fn', options, 'shift', 0, -1_000_000)
  const compute = parseFunction(options.script)
  if (window === 0) throw failure('[window] must be a positive, non-zero integer.')
  return overNumbers('moving_fn', options, parseGapPolicy(options.gap_policy), (numbers) => {
    const present = numbers.filter((number) => number !== undefined && !Number.isNaN(number)) as number[]
    const clamp = (place: number) => Math.min(present.length, Math.max(0, place))
    let place = 0
    return numbers.map((number) => {
      if (number === undefined || Number.isNaN(number)) return undefined
      const result = compute(present.slice(clamp(place - window + shift), clamp(place + shift)))
      place += 1
      return simpleValue(result)
    })
  })
}

/** @throws ElasticsearchError for a script that is no call of a function which the store has */
function parseFunction(script: unknown): (values: readonly number[]) => number {
  const source: unknown = isObject(script) ? (script.source ?? script.inline) : script
  const call = typeof source === 'string' ? CALL.exec(source) : null
  const found = call === null || !Object.hasOwn(FUNCTIONS, call[1]!) ? undefined : FUNCTIONS[call[1]!]
  if (found === undefined)
    throw failure(
      `[moving_fn] [script] of [${String(source)}] is not supported; this store has MovingFunctions.{${Object.keys(FUNCTIONS).join(',')}}(values, ...)`,
    )
  const numbers = (call![2] ?? '')
    .split(',')
    .map((argument) => Number.parseFloat(argument))
    .filter((number) => !Number.isNaN(number))
  return (values) => found(values, numbers)
}
