import { getHeapStatistics, setFlagsFromString } from 'node:v8'

/** Garbage that the heap may hold beside what is alive: this much, and a fifth of that at least. */
const GARBAGE_BYTES = 35 * 1024 ** 2
const LEAST_PERCENT = 20
const MOST_PERCENT = 100

/**
 * The heap is mostly alerts that stay. V8 would let garbage grow to as much again, which with 100 000 alerts are 50 MiB
 * that nobody uses (measured). To be called now and then, but not while the state is loaded: then the heap grows for a
 * reason, and would be searched for garbage again and again.
 */
export function boundHeapGrowth(): void {
  const percent = Math.round((GARBAGE_BYTES / getHeapStatistics().used_heap_size) * 100)
  setFlagsFromString(`--heap-growing-percent=${Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, percent))}`)
}
