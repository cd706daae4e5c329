import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type DiskTable, deviceNumber, readBlkio, readIoStat } from '../../../../agent/gather/container/disk-stats.ts'
import {
  cpuMaxFile,
  type GroupFile,
  keyedFile,
  limitFile,
  numberFile,
  pressureFile,
  quotaFile,
  weightFile,
} from '../../../../agent/gather/container/group-file.ts'
import { containerIdOf, isQualityGroup, isRootOfPods, podUidOf } from '../../../../agent/gather/container/group-name.ts'
import { VALUE, VALUE_COUNT, type ValueName } from '../../../../agent/gather/container/values.ts'

/** What a file yields for a text, in a buffer in which something else stands behind it. */
function read(file: GroupFile, text: string): Record<string, number> {
  const values = new Float64Array(VALUE_COUNT).fill(Number.NaN)
  const bytes = Buffer.from(`${text}999 oom_kill 999\n`, 'latin1')
  file.read(bytes, Buffer.byteLength(text, 'latin1'), values)
  const names = Object.keys(VALUE) as ValueName[]
  return Object.fromEntries(
    names.flatMap((name) => (Number.isNaN(values[VALUE[name]]) ? [] : [[name, values[VALUE[name]]!]])),
  )
}

function disksOf(text: string, take: (bytes: Buffer, end: number, table: DiskTable) => void) {
  const table: DiskTable = new Map()
  take(Buffer.from(`${text}7:7 rbytes=9 Read 9\n`, 'latin1'), Buffer.byteLength(text, 'latin1'), table)
  return Object.fromEntries(
    [...table].map(([device, { readBytes, writtenBytes, reads, writes }]) => [
      device,
      [readBytes, writtenBytes, reads, writes],
    ]),
  )
}

const ioStat = (text: string) => disksOf(text, (bytes, end, table) => readIoStat(bytes, end, table, 1))

describe('files of groups', () => {
  it('reads one number', () => {
    const file = numberFile(['memory', 'memory.current'], 'memory', 2)
    assert.deepEqual(read(file, '4096\n'), { memory: 2048 })
    assert.deepEqual(read(file, '4096'), { memory: 2048 })
    for (const text of ['', '\n', 'max\n', '-1\n']) assert.deepEqual(read(file, text), {})
  })

  it('reads limits, of which none is 0', () => {
    const file = limitFile(['memory', 'memory.max'], 'memoryLimit')
    assert.deepEqual(read(file, '4096\n'), { memoryLimit: 4096 })
    for (const text of ['max\n', '9223372036854771712\n', '9223372036854775807\n'])
      assert.deepEqual(read(file, text), { memoryLimit: 0 })
    assert.deepEqual(read(cpuMaxFile(), 'max 100000\n'), { quota: 0, period: 100_000 })
    assert.deepEqual(read(cpuMaxFile(), '5000 100000\n'), { quota: 5_000, period: 100_000 })
    assert.deepEqual(read(quotaFile(), '-1\n'), { quota: 0 })
    assert.deepEqual(read(quotaFile(), '5000\n'), { quota: 5_000 })
  })

  it('makes shares of weights as runtimes made weights of shares', () => {
    const weights = [2, 51, 512, 1024, 2048, 262_144].map((shares) => 1 + Math.floor(((shares - 2) * 9_999) / 262_142))
    assert.deepEqual(
      weights.map((weight) => read(weightFile(), `${weight}\n`).shares),
      [2, 28, 500, 998, 2_046, 262_144],
    )
    assert.deepEqual(read(weightFile(), '0\n'), {})
  })

  it('reads pressure, also where there is no line for everything', () => {
    const file = pressureFile('cpu.pressure', 'cpuWaiting', 'cpuStalled')
    assert.deepEqual(read(file, 'some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\n'), { cpuWaiting: 1.5 })
    const both =
      'some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=2000000\n'
    assert.deepEqual(read(file, both), { cpuWaiting: 0.000001, cpuStalled: 2 })
    for (const text of ['', '\n', 'some\n', 'some total\n', 'full avg10=1']) assert.deepEqual(read(file, text), {})
  })

  it('finds keys wherever they stand, like a reader that splits lines', () => {
    const names = ['anon', 'file', 'file_mapped', 'inactive_file', 'pgfault'] as const
    const file = keyedFile(
      ['memory', 'memory.stat'],
      [
        ['anon', 'rss'],
        ['file', 'cache'],
        ['file_mapped', 'mappedFile'],
        ['pgfault', 'faults'],
        ['pgfault', 'allFaults'],
      ],
    )
    const line = fc.oneof(
      fc.tuple(fc.constantFrom(...names), fc.maxSafeNat()).map(([key, value]) => `${key} ${value}`),
      fc.stringMatching(/^[a-z_ ]{0,12}$/),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const expected = new Map<string, number>()
        for (const [, key, value] of lines.flatMap((text) => [/^(\w+) (\d+)$/.exec(text) ?? []])) {
          if (key !== undefined) expected.set(key, Number(value))
        }
        const valid = lines.filter(
          (text) => !names.some((name) => text === name || text.startsWith(`${name} `)) || / \d+$/.test(text),
        )
        const found = read(file, valid.map((text) => `${text}\n`).join(''))
        assert.deepEqual(
          [found.rss, found.cache, found.mappedFile, found.faults, found.allFaults],
          [
            expected.get('anon'),
            expected.get('file'),
            expected.get('file_mapped'),
            expected.get('pgfault'),
            expected.get('pgfault'),
          ],
        )
      }),
      { numRuns: 200 },
    )
  })
})

describe('I/O', () => {
  it('reads io.stat with its oddities', () => {
    const text = [
      '8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6',
      // Without values; several before one; gone; of iocost; cut off.
      '254:0',
      '7:1 7:2 259:3 rbytes=10 wbytes=20 rios=30 wios=40 dbytes=0 dios=0',
      '(unknown) rbytes=99 wbytes=99 rios=99 wios=99 dbytes=0 dios=0',
      '8:16 cost.vrate=100.00 cost.usage=12 rbytes=7',
      'x:y rbytes=5',
      '',
    ].join('\n')
    assert.deepEqual(ioStat(text), {
      [deviceNumber(8, 0)]: [1, 2, 3, 4],
      [deviceNumber(259, 3)]: [10, 20, 30, 40],
      [deviceNumber(8, 16)]: [7, 0, 0, 0],
    })
    assert.deepEqual([ioStat(''), ioStat('\n\n'), ioStat('8:0')], [{}, {}, {}])
  })

  it('reads blkio files, without sums and other operations', () => {
    const text = '8:0 Read 1\n8:0 Write 2\n8:0 Sync 3\n8:0 Total 6\n254:1 Read 5\nTotal 11\n\nodd\n'
    const take = (bytes: Buffer, end: number, table: DiskTable) => readBlkio(bytes, end, table, 1, ['reads', 'writes'])
    assert.deepEqual(disksOf(text, take), { [deviceNumber(8, 0)]: [0, 0, 1, 2], [deviceNumber(254, 1)]: [0, 0, 5, 0] })
  })

  it('never fails nor loops, whatever stands there', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9:=a-z() \n]{0,60}$/), (text) => {
        ioStat(text)
        disksOf(text, (bytes, end, table) => readBlkio(bytes, end, table, 1, ['reads', 'writes']))
      }),
      { numRuns: 300 },
    )
  })
})

describe('names of groups', () => {
  it('knows roots of pods whatever is before them', () => {
    for (const name of ['kubepods', 'kubepods.slice', 'kubelet-kubepods.slice']) assert.ok(isRootOfPods(name), name)
    for (const name of ['mykubepods', 'kubepods.slice.d', 'kubepods-burstable.slice'])
      assert.ok(!isRootOfPods(name), name)
    assert.ok(isQualityGroup('kubelet-kubepods-besteffort.slice') && isQualityGroup('burstable'))
  })

  it('finds UIDs, of static pods too', () => {
    const uid = '0b5a4c51-7d3e-4f0e-9a51-3f1d6a1f0c01'
    assert.equal(podUidOf(`kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`), uid)
    assert.equal(podUidOf(`pod${uid}`), uid)
    assert.equal(podUidOf('kubepods-podea4b74a04a5403302b4d639046c85668.slice'), 'ea4b74a04a5403302b4d639046c85668')
    for (const name of ['kubepods', 'kubepods.slice', 'besteffort', 'cpu.stat']) assert.equal(podUidOf(name), undefined)
  })

  it('finds ids of containers, but not those of monitors', () => {
    const id = '8d5a02d3fc15122a9d9bd24c8afd304e973573284c3ebe045d8bc93959e0a906'
    for (const name of [id, `cri-containerd-${id}.scope`, `crio-${id}.scope`, `docker-${id}.scope`])
      assert.equal(containerIdOf(name), id)
    for (const name of [`crio-conmon-${id}.scope`, id.slice(1), `${id}0`, 'cgroup.procs', `${id}.slice`]) {
      assert.equal(containerIdOf(name), undefined, name)
    }
  })
})
