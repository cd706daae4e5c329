import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#lib/clock.ts'
import { parsePods } from '../../agent/metadata/parse-pods.ts'
import { type PageSeries, parsePage, parseTypes } from './exposition-page.ts'
import { recordedFile, unpackRecording } from './pod-lists.ts'

const NODE_NET_DEV = 'net/dev'
const HEADER = 'Inter-|   Receive |  Transmit\n face |bytes packets errs | bytes packets errs\n'

/**
 * The recorded node, with what was not recorded: each sandbox's view of its network, which is the node's but for one pod.
 * The caller removes the directory.
 */
export async function unpackRecordedNode() {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-'))
  for (const folder of ['cgroup-v1', 'proc']) {
    mkdirSync(join(directory, folder))
    unpackRecording(folder, join(directory, folder))
  }
  const text = recordedFile('kubelet/metrics_cadvisor').toString()
  const page = parsePage(text)
  const later = parsePage(recordedFile('kubelet/metrics_cadvisor.30s-later').toString())
  const { pods } = await parsePods(recordedFile('kubelet/pods'), {
    ...{ clock: systemClock, keepAnnotation: () => true, peer: 'KUBELET' as const },
  })
  const nodeNetwork = readFileSync(join(directory, 'proc', NODE_NET_DEV), 'utf8')
  const sandboxes = readFileSync(join(directory, 'cgroup-v1/containers.txt'), 'utf8').trim().split('\n')
  for (const line of sandboxes) {
    const [id, pid] = line.split(' ') as [string, string, string]
    const isOwn = ({ name, labels }: PageSeries) =>
      name.startsWith('container_network_') && labels.name === id && labels.pod === 'netpod-node-1'
    mkdirSync(join(directory, 'proc', pid.slice(4), 'net'), { recursive: true })
    const network = [...page.values()].some(isOwn) ? netDevOf(page, id) : nodeNetwork
    writeFileSync(join(directory, 'proc', pid.slice(4), NODE_NET_DEV), network)
  }
  return { directory, page, later, pods, types: parseTypes(text) }
}

/** /proc/<pid>/net/dev as it must have been, from what the kubelet made of it. */
function netDevOf(page: ReadonlyMap<string, PageSeries>, id: string): string {
  const counterOf = (name: string) =>
    [...page.values()].find(({ name: other, labels }) => other === `container_network_${name}` && labels.name === id)!
      .value
  const columns = (way: string) =>
    ['bytes', 'packets', 'errors', 'packets_dropped'].map((what) => counterOf(`${way}_${what}_total`)).join(' ')
  const lo = '    lo: 10 1 0 0 0 0 0 0 10 1 0 0 0 0 0 0\n'
  return `${HEADER}${lo}  eth0:${columns('receive')} 0 0 0 0 ${columns('transmit')} 0 0 0 0\n`
}
