import { monitorEventLoopDelay } from 'node:perf_hooks'

// Imported into a router under measurement: after SIGUSR2 its parent is told the longest that the event loop was blocked.
const RESOLUTION_MS = 5
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()
process.on('SIGUSR2', () => {
  process.send?.({ longestMs: Math.max(0, delays.max / 1e6 - RESOLUTION_MS) })
  delays.reset()
})
