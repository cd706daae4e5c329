/** Where each value of a group stands; NaN where a group has none. Seconds, bytes and counts. */
export const VALUE = {
  cpuUsage: 0,
  cpuUser: 1,
  cpuSystem: 2,
  periods: 3,
  throttledPeriods: 4,
  throttled: 5,
  /** Microseconds of each period; 0 if there is no limit. */
  quota: 6,
  period: 7,
  shares: 8,
  memory: 9,
  memoryPeak: 10,
  failcnt: 11,
  rss: 12,
  cache: 13,
  mappedFile: 14,
  swap: 15,
  inactiveFile: 16,
  activeFile: 17,
  kernelMemory: 18,
  /** Of the group's own processes. */
  faults: 19,
  majorFaults: 20,
  /** Of groups below it too. */
  allFaults: 21,
  allMajorFaults: 22,
  /** 0 if there is no limit, and so the next two. */
  memoryLimit: 23,
  memoryReservation: 24,
  swapLimit: 25,
  oomKills: 26,
  highEvents: 27,
  maxEvents: 28,
  scannedPages: 29,
  stolenPages: 30,
  fileRefaults: 31,
  anonRefaults: 32,
  threads: 33,
  threadsMax: 34,
  processes: 35,
  cpuWaiting: 36,
  cpuStalled: 37,
  memoryWaiting: 38,
  memoryStalled: 39,
  ioWaiting: 40,
  ioStalled: 41,
  workingSet: 42,
  startTime: 43,
  lastSeen: 44,
} as const

export type ValueName = keyof typeof VALUE
/** A value by its name, or by where it stands: behind the named ones are those by page size. */
export type Place = ValueName | number

export function placeOf(value: Place): number {
  return typeof value === 'number' ? value : VALUE[value]
}

export const VALUE_COUNT = Object.keys(VALUE).length
