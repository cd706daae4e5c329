import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CollectorName } from '../../../../agent/gather/node/config.ts'
import { systemError } from '../../../support/fake-node-files.ts'
import { collectOnly, NodeHarness } from '../../../support/node-harness.ts'

const NET_DEV_HEAD = 'Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n'

/** What a collector makes of files of which none may be taken for something that it is not. */
async function assertRefused(name: CollectorName, contents: Readonly<Record<string, string | Error>>): Promise<void> {
  const { values, success, failures } = await collectOnly(name, contents)
  assert.deepEqual(values, {})
  assert.equal(success, 0)
  assert.equal(failures, 1)
}

describe('cpu', () => {
  const stat = (idle: number, iowait: number) =>
    `cpu  0 0 0 0\ncpu0 100 5 50 ${idle} ${iowait} 0 1 0 7 8\ncpu12 1 2 3 ${idle}\nintr 5\nbtime 1700000000\n`

  it('takes old kernels with fewer columns, and processors that are not in a row', async () => {
    const { values } = await collectOnly('cpu', { '/proc/stat': stat(4_000, 10) })
    assert.equal(values['node_cpu_seconds_total{cpu="0",mode="idle"}'], 40)
    assert.equal(values['node_cpu_guest_seconds_total{cpu="0",mode="nice"}'], 0.08)
    assert.equal(values['node_cpu_seconds_total{cpu="12",mode="idle"}'], 40)
    assert.equal(values['node_cpu_seconds_total{cpu="12",mode="steal"}'], 0)
  })

  it('does not go back by a little, and begins anew after a hotplug', async () => {
    const harness = new NodeHarness({ '/proc/stat': stat(4_000, 10) }, { config: { collectors: ['cpu'] } })
    const idle = async () => {
      const series = await harness.gather()
      return ['idle', 'iowait'].map((mode) => series.get(`node_cpu_seconds_total{cpu="0",mode="${mode}"}`)!.value)
    }
    assert.deepEqual(await idle(), [40, 0.1])
    harness.files.contents.set('/proc/stat', stat(3_999, 9))
    assert.deepEqual(await idle(), [40, 0.1])
    harness.files.contents.set('/proc/stat', stat(200, 3))
    assert.deepEqual(await idle(), [2, 0.03])
  })

  it('starts at the boot, wherever the clock is set to later', async () => {
    const harness = new NodeHarness({ '/proc/stat': stat(1, 1) }, { config: { collectors: ['cpu'] } })
    const start = async () => (await harness.gather()).get('node_cpu_seconds_total{cpu="0",mode="user"}')!.startMs
    assert.equal(await start(), 1_700_000_000_000)
    harness.files.contents.set('/proc/stat', stat(1, 1).replace('1700000000', '1700000001'))
    assert.equal(await start(), 1_700_000_000_000)
    harness.files.contents.set('/proc/stat', stat(1, 1).replace('1700000000', '1700003600'))
    assert.equal(await start(), 1_700_003_600_000)
  })

  it('ends the series of a processor that was taken out', async () => {
    const harness = new NodeHarness({ '/proc/stat': stat(1, 1) }, { config: { collectors: ['cpu'] } })
    await harness.gather()
    harness.files.contents.set('/proc/stat', stat(1, 1).replace(/cpu12.*\n/, ''))
    const series = await harness.gather()
    assert.ok(series.get('node_cpu_seconds_total{cpu="12",mode="idle"}')!.isEnd)
    assert.ok(!series.get('node_cpu_seconds_total{cpu="0",mode="idle"}')!.isEnd)
    assert.ok(!(await harness.gather()).has('node_cpu_seconds_total{cpu="12",mode="idle"}'))
  })

  it('counts throttling once for each core and package, and knows isolated ones', async () => {
    const files: Record<string, string> = { '/proc/stat': stat(1, 1), '/sys/devices/system/cpu/isolated': '2-3,7\n' }
    for (const [cpu, core] of [0, 1, 0, 1].entries()) {
      const directory = `/sys/devices/system/cpu/cpu${cpu}`
      files[`${directory}/topology/core_id`] = `${core}\n`
      files[`${directory}/topology/physical_package_id`] = '0\n'
      files[`${directory}/thermal_throttle/core_throttle_count`] = `${5 + core}\n`
      files[`${directory}/thermal_throttle/package_throttle_count`] = '9\n'
    }
    const { values } = await collectOnly('cpu', files)
    const ofSysfs = Object.fromEntries(Object.entries(values).filter(([key]) => !key.includes('seconds')))
    assert.deepEqual(ofSysfs, {
      'node_cpu_core_throttles_total{core="0",package="0"}': 5,
      'node_cpu_core_throttles_total{core="1",package="0"}': 6,
      'node_cpu_package_throttles_total{package="0"}': 9,
      ...Object.fromEntries([2, 3, 7].map((cpu) => [`node_cpu_isolated{cpu="${cpu}"}`, 1])),
    })
  })

  it('has models on request', async () => {
    const block = (cpu: number) =>
      `processor\t: ${cpu}\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD: "EPYC"\ncore id\t\t: 0\n`
    const files = { '/proc/stat': stat(1, 1), '/proc/cpuinfo': `${block(0)}\n${block(1)}\n` }
    const { values } = await collectOnly('cpu', files, { cpu: { info: true, guest: false } })
    const infos = Object.keys(values).filter((key) => key.startsWith('node_cpu_info'))
    assert.equal(infos.length, 2)
    assert.match(infos[1]!, /core="0",cpu="1",family="",.*model_name="AMD: \\"EPYC\\"".*vendor="AuthenticAMD"/)
    assert.ok(!Object.keys(values).some((key) => key.includes('guest')))
  })

  it('refuses a file that is cut', async () => {
    await assertRefused('cpu', { '/proc/stat': 'cpu  1 2 3 4\ncpu0 1 2' })
    await assertRefused('cpu', { '/proc/stat': 'cpu  1 2 3 4\n' })
    await assertRefused('cpu', { '/proc/stat': 'cpu0 1 2 x 4\n' })
    await assertRefused('cpu', {})
  })
})

describe('cpufreq', () => {
  it('reads what there is, in hertz', async () => {
    const directory = '/sys/devices/system/cpu/cpu3'
    const { values, success } = await collectOnly('cpufreq', {
      [`${directory}/cpufreq/scaling_cur_freq`]: '2400000\n',
      [`${directory}/cpufreq/scaling_max_freq`]: '3000000\n',
      [`${directory}/cpufreq/cpuinfo_cur_freq`]: systemError('EACCES', 'cpuinfo_cur_freq'),
      '/sys/devices/system/cpu/cpu4/online': '1\n',
      '/sys/devices/system/cpu/cpufreq/boost': '1\n',
    })
    assert.deepEqual(values, {
      'node_cpu_scaling_frequency_hertz{cpu="3"}': 2.4e9,
      'node_cpu_scaling_frequency_max_hertz{cpu="3"}': 3e9,
    })
    assert.equal(success, 1)
  })

  it('knows a processor that went from one that stays', async () => {
    const path = (cpu: number) => `/sys/devices/system/cpu/cpu${cpu}/cpufreq/scaling_cur_freq`
    const harness = new NodeHarness({ [path(0)]: '1\n', [path(1)]: '2\n' }, { config: { collectors: ['cpufreq'] } })
    await harness.gather()
    harness.files.contents.delete(path(1))
    harness.files.contents.set(path(0), '7\n')
    const series = await harness.gather()
    assert.equal(series.get('node_cpu_scaling_frequency_hertz{cpu="0"}')!.value, 7_000)
    assert.ok(series.get('node_cpu_scaling_frequency_hertz{cpu="1"}')!.isEnd)
  })
})

describe('meminfo', () => {
  it('names fields as node_exporter does', async () => {
    const text = 'MemTotal:  2 kB\nActive(anon): 3 kB\nHugePages_Total:       7\nVmallocTotal:   34359738367 kB\n'
    assert.deepEqual((await collectOnly('meminfo', { '/proc/meminfo': text })).values, {
      node_memory_MemTotal_bytes: 2_048,
      node_memory_Active_anon_bytes: 3_072,
      node_memory_HugePages_Total: 7,
      node_memory_VmallocTotal_bytes: 34_359_738_367 * 1_024,
    })
  })

  it('refuses what is no such file', async () => {
    await assertRefused('meminfo', { '/proc/meminfo': 'MemTotal: 1 kB\nMemFr' })
    await assertRefused('meminfo', { '/proc/meminfo': 'MemTotal: 1 MB\n' })
    await assertRefused('meminfo', { '/proc/meminfo': '{"MemTotal": 1}\n' })
    await assertRefused('meminfo', { '/proc/meminfo': '' })
    await assertRefused('meminfo', { '/proc/meminfo': systemError('EIO', '/proc/meminfo') })
  })
})

describe('loadavg and stat', () => {
  it('refuse what is cut', async () => {
    await assertRefused('loadavg', { '/proc/loadavg': '0.12 0.5' })
    await assertRefused('loadavg', { '/proc/loadavg': '' })
    await assertRefused('stat', { '/proc/stat': 'cpu 1\nintr 5\nctxt 6\nbtime 7\nprocesses 8\nprocs_running 1\n' })
  })

  it('have soft interrupts by vector on request', async () => {
    const text =
      'intr 5 1 2\nctxt 6\nbtime 7\nprocesses 8\nprocs_running 1\nprocs_blocked 0\nsoftirq 55 1 2 3 4 5 6 7 8 9 10\n'
    const { values } = await collectOnly('stat', { '/proc/stat': text }, { stat: { softirq: true } })
    assert.equal(values['node_softirqs_total{vector="hi"}'], 1)
    assert.equal(values['node_softirqs_total{vector="rcu"}'], 10)
    assert.equal(values.node_intr_total, 5)
    assert.equal(Object.keys(values).length, 16)
  })
})

describe('diskstats', () => {
  const line = (device: string, columns: number) =>
    ` 8 0 ${device} ${Array.from({ length: columns }, (_, index) => index + 1).join(' ')}\n`

  it('has as many columns as the kernel', async () => {
    for (const [columns, series] of [
      [11, 11],
      [15, 15],
      [17, 17],
      [20, 17],
    ] as const) {
      const { values } = await collectOnly('diskstats', { '/proc/diskstats': line('sda', columns) })
      assert.equal(Object.keys(values).length, series + 1)
      assert.equal(values['node_disk_read_bytes_total{device="sda"}'], 3 * 512)
      assert.equal(values['node_disk_io_time_seconds_total{device="sda"}'], 0.01)
    }
  })

  it('leaves partitions out, and takes numbers beyond 32 and 53 bits', async () => {
    const text =
      line('sda1', 17) + line('nvme0n1p1', 17) + line('dm-0', 11).replace(' 3 4 ', ' 18446744073709551615 4294967295 ')
    const { values } = await collectOnly('diskstats', { '/proc/diskstats': text })
    assert.equal(values['node_disk_read_bytes_total{device="dm-0"}'], 2 ** 64 * 512)
    assert.equal(values['node_disk_read_time_seconds_total{device="dm-0"}'], 4_294_967.295)
    assert.ok(Object.keys(values).every((key) => key.includes('"dm-0"')))
  })

  it('knows what udev knows, and forgets a disk that went', async () => {
    const udev = [
      ...[
        'S:disk/by-id/x',
        'E:ID_MODEL=Samsung SSD',
        'E:ID_SERIAL_SHORT=S1',
        'E:ID_WWN=0x5',
        'E:ID_PATH=pci-0',
        'E:ID_REVISION=1B',
      ],
      ...[
        'E:ID_FS_TYPE=ext4',
        'E:ID_FS_UUID=u-1',
        'E:ID_FS_USAGE=filesystem',
        'E:ID_FS_VERSION=1.0',
        'E:DM_NAME=vg-root',
      ],
      ...[
        'E:DM_VG_NAME=vg',
        'E:DM_LV_NAME=root',
        'E:DM_UUID=LVM-1',
        'E:ID_ATA=1',
        'E:ID_ATA_WRITE_CACHE=1',
        'E:ID_ATA_ROTATION_RATE_RPM=x',
      ],
    ].join('\n')
    const files = { '/proc/diskstats': line('sda', 17), '/run/udev/data/b8:0': udev }
    const harness = new NodeHarness(files, { config: { collectors: ['diskstats'] } })
    const series = await harness.gather()
    const infos = [...series.keys()].filter((key) => /_info|_ata_/.test(key))
    assert.deepEqual(infos, [
      'node_disk_info{device="sda",major="8",minor="0",model="Samsung SSD",path="pci-0",revision="1B",serial="S1",wwn="0x5"}',
      'node_disk_filesystem_info{device="sda",type="ext4",usage="filesystem",uuid="u-1",version="1.0"}',
      'node_disk_device_mapper_info{device="sda",lv_layer="",lv_name="root",name="vg-root",uuid="LVM-1",vg_name="vg"}',
      'node_disk_ata_write_cache{device="sda"}',
    ])
    harness.files.contents.set('/proc/diskstats', line('sdb', 17))
    const later = await harness.gather()
    assert.ok(later.get(infos[0]!)!.isEnd)
    assert.ok(later.get('node_disk_io_now{device="sda"}')!.isEnd)
    assert.ok(!later.get('node_disk_io_now{device="sdb"}')!.isEnd)
  })

  it('refuses what is cut', async () => {
    await assertRefused('diskstats', { '/proc/diskstats': `${line('sda', 17)}   8       16 sdb 1 2 3` })
    await assertRefused('diskstats', { '/proc/diskstats': '   8       0' })
  })
})

describe('netdev', () => {
  it('reads a number that follows the colon at once, and names with colons', async () => {
    const numbers = '4294967295 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16'
    const text = `${NET_DEV_HEAD}  eth0:${numbers}\neth0:1: ${numbers}\nveth1: ${numbers}\n`
    const files = { '/proc/net/dev': text, '/sys/class/net/eth0/statistics/rx_nohandler': '17\n' }
    const { values } = await collectOnly('netdev', files)
    assert.equal(values['node_network_receive_bytes_total{device="eth0"}'], 4_294_967_295)
    assert.equal(values['node_network_receive_multicast_total{device="eth0:1"}'], 8)
    assert.equal(values['node_network_transmit_compressed_total{device="eth0"}'], 16)
    assert.equal(values['node_network_receive_nohandler_total{device="eth0"}'], 17)
    assert.equal(Object.keys(values).length, 33)
  })

  it("takes the node's where the first process has another network than this one", async () => {
    const line = (bytes: number) => `${NET_DEV_HEAD}  eth0: ${bytes} 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`
    const { values } = await collectOnly('netdev', { '/proc/1/net/dev': line(1), '/proc/net/dev': line(2) })
    assert.equal(values['node_network_receive_bytes_total{device="eth0"}'], 1)
  })

  it('lets counters of 32 bits begin anew', async () => {
    const line = (bytes: number) => `${NET_DEV_HEAD}  eth0: ${bytes} 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`
    const harness = new NodeHarness({ '/proc/net/dev': line(4_294_967_290) }, { config: { collectors: ['netdev'] } })
    await harness.gather()
    harness.files.contents.set('/proc/net/dev', line(5))
    const series = (await harness.gather()).get('node_network_receive_bytes_total{device="eth0"}')!
    assert.deepEqual([series.value, series.startMs, series.isEnd], [5, 0, false])
  })

  it('refuses what is cut', async () => {
    await assertRefused('netdev', { '/proc/net/dev': `${NET_DEV_HEAD}  eth0: 1 2 3` })
    await assertRefused('netdev', { '/proc/net/dev': `${NET_DEV_HEAD}  et` })
    await assertRefused('netdev', { '/proc/net/dev': '' })
  })
})
