import { gauge } from '../../family-spec.ts'
import { encodeLabels } from '../../labels.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { readIfThere } from '../node-files.ts'
import { parseHex } from '../parse-number.ts'

const QUEUES = gauge('node_udp_queues', 'Bytes that wait in the buffers of UDP sockets.')

/** What waits in sockets, of /proc/net/udp and udp6. */
export const createUdpQueuesCollector: CollectorFactory = ({ files, paths }) => {
  const labelsOf = (ip: string) =>
    ['tx', 'rx'].map((queue) =>
      encodeLabels([
        ['ip', ip],
        ['queue', queue],
      ]),
    )
  const v4 = labelsOf('v4')
  const v6 = labelsOf('v6')
  return (points) => {
    const queues = sumUdpQueues(noDataIfMissing(() => files.readAgain(`${paths.net}/udp`)))
    const text6 = readIfThere(files, `${paths.net}/udp6`)
    const queues6 = text6 === undefined ? undefined : sumUdpQueues(text6)
    for (const [index, labels] of v4.entries()) points.add(QUEUES, labels, queues[index]!)
    if (queues6 === undefined) return
    for (const [index, labels] of v6.entries()) points.add(QUEUES, labels, queues6[index]!)
  }
}

/** @throws if a line is cut */
function sumUdpQueues(text: string): readonly [tx: number, rx: number] {
  let sent = 0
  let received = 0
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const [tx, rx] = line.trim().split(/\s+/)[4]?.split(':') ?? []
    sent += parseHex(tx, 'tx_queue')
    received += parseHex(rx, 'rx_queue')
  }
  return [sent, received]
}
