import { join } from 'node:path'

export const SERVICES = ['store', 'collector', 'alertmanager', 'agent'] as const
export type ServiceName = (typeof SERVICES)[number]

const ROOT = join(import.meta.dirname, '..')

/** What starts a service's process: arguments of Node, and what its environment has besides ours. */
export interface Launch {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * The young generation of V8's heap, in MiB. Services hold batches in buffers outside of it and make little garbage, so
 * a small one costs no time; the default would keep up to 32 MiB resident.
 */
const SEMI_SPACE_MIB: Readonly<Record<ServiceName, number>> = { store: 4, collector: 4, alertmanager: 2, agent: 2 }

/** The agent collects what a busy time has left, see agent/idle-collection.ts. */
const NODE_FLAGS: Readonly<Record<ServiceName, readonly string[]>> = {
  ...{ store: [], collector: [], alertmanager: [] },
  agent: ['--expose-gc'],
}

/**
 * From what size on glibc gives memory back as soon as it is free, in bytes. Bodies of requests come in pieces of 64 KiB:
 * among small things that stay, the holes that they leave took 30 MiB of a router with 100 000 alerts.
 */
const MMAP_THRESHOLD: Readonly<Partial<Record<ServiceName, string>>> = { alertmanager: '16384' }

export function isService(name: string | undefined): name is ServiceName {
  return (SERVICES as readonly string[]).includes(name ?? '')
}

/** How a service is started, by `vedette <service>` and by `vedette up` alike. */
export function launchOf(service: ServiceName, flags: readonly string[]): Launch {
  const mmapThreshold = process.env.MALLOC_MMAP_THRESHOLD_ ?? MMAP_THRESHOLD[service]
  return {
    args: [
      `--max-semi-space-size=${SEMI_SPACE_MIB[service]}`,
      ...NODE_FLAGS[service],
      join(ROOT, service, 'main.ts'),
      ...flags,
    ],
    env: {
      // Read code without stripping its types again: faster to start, and 40 MiB less.
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCacheDirectory(),
      // glibc would keep freed buffers in up to 16 arenas.
      MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? '1',
      // It gives memory back once this much of it is free at the end: 25 MiB less at full speed, at no cost (measured).
      MALLOC_TRIM_THRESHOLD_: process.env.MALLOC_TRIM_THRESHOLD_ ?? '131072',
      ...(mmapThreshold === undefined ? {} : { MALLOC_MMAP_THRESHOLD_: mmapThreshold }),
    },
  }
}

/** Where compiled code is kept between starts; Node makes do without if it cannot write there. */
function compileCacheDirectory(): string {
  return join(ROOT, '.cache', 'compile')
}
