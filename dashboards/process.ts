import type { Section } from './dashboard.ts'
import { PanelFactory } from './panels.ts'
import { TARGET } from './selectors.ts'

/** What every service of ours says of its process. */
export function processSection(): Section {
  const panels = new PanelFactory()
  return {
    title: 'Resource usage',
    isCollapsed: true,
    panels: [
      panels.graph({
        title: 'CPU of the process',
        description: 'Cores that the process uses. Near 1 it is the bottleneck: run more of them, or have it do less.',
        unit: 'short',
        queries: [{ expr: `rate(process_cpu_seconds_total{${TARGET}}[$__rate_interval])`, legend: '{{instance}}' }],
      }),
      panels.graph({
        title: 'Resident memory',
        description: 'Memory of the process. Near the limit of the pod it is killed: raise the limit, and tell us.',
        unit: 'bytes',
        queries: [{ expr: `process_resident_memory_bytes{${TARGET}}`, legend: '{{instance}}' }],
      }),
      panels.graph({
        title: 'Event loop delay, p99',
        description: 'How late timers are. Above 0.1 s requests wait too: the process has too much to do.',
        unit: 's',
        queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${TARGET}}`, legend: '{{instance}}' }],
      }),
      panels.graph({
        title: 'Heap of V8',
        description: 'Used heap, collected or not. A floor that rises for days is a leak: restart it, and tell us.',
        unit: 'bytes',
        queries: [{ expr: `nodejs_heap_size_used_bytes{${TARGET}}`, legend: '{{instance}}' }],
      }),
      panels.graph({
        title: 'File descriptors',
        description:
          'Open descriptors and the most that may be. Near it files cannot be opened: raise the limit of the pod.',
        unit: 'short',
        bounds: '.* limit',
        queries: [
          { expr: `process_open_fds{${TARGET}}`, legend: '{{instance}}' },
          { expr: `process_max_fds{${TARGET}}`, legend: '{{instance}} limit' },
        ],
      }),
    ],
  }
}
