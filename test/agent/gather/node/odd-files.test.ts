import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CollectorName } from '../../../../agent/gather/node/config.ts'
import { systemError } from '../../../support/fake-node-files.ts'
import { collectOnly } from '../../../support/node-harness.ts'

type Contents = Readonly<Record<string, string | Error>>

async function valuesOf(name: CollectorName, contents: Contents, config: Readonly<Record<string, unknown>> = {}) {
  const { values, success, failures } = await collectOnly(name, contents, config)
  assert.deepEqual([success, failures], [1, 0])
  return values
}

async function assertRefused(name: CollectorName, contents: Contents): Promise<void> {
  assert.deepEqual(await collectOnly(name, contents), { values: {}, success: 0, failures: 1 })
}

/** The machine has no such thing, which is no failure. */
async function assertNoData(name: CollectorName, contents: Contents = {}): Promise<void> {
  assert.deepEqual(await collectOnly(name, contents), { values: {}, success: 0, failures: 0 })
}

describe('netstat', () => {
  const netstat = 'TcpExt: SyncookiesSent ListenDrops TW\nTcpExt: 1 2 3\nIpExt: InOctets\nIpExt: 18446744073709551615\n'
  const snmp = 'Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: MaxConn CurrEstab\nTcp: -1 5\n'

  it('has what the configuration wants, of three files', async () => {
    const files = {
      '/proc/net/netstat': netstat,
      '/proc/net/snmp': snmp,
      '/proc/net/snmp6': 'Ip6InOctets   \t12\nIcmp6InMsgs 3\nUdpLite6InErrors 4\nIp6InReceives 5\nIp6In\n',
    }
    assert.deepEqual(await valuesOf('netstat', files), {
      ...{ node_netstat_TcpExt_SyncookiesSent: 1, node_netstat_TcpExt_ListenDrops: 2 },
      ...{ node_netstat_IpExt_InOctets: 2 ** 64, node_netstat_Ip_Forwarding: 1, node_netstat_Tcp_CurrEstab: 5 },
      ...{ node_netstat_Ip6_InOctets: 12, node_netstat_Icmp6_InMsgs: 3, node_netstat_UdpLite6_InErrors: 4 },
    })
    const wanted = await valuesOf('netstat', files, { netstat: { fields: '^Tcp_MaxConn$' } })
    assert.deepEqual(wanted, { node_netstat_Tcp_MaxConn: -1 })
  })

  it('refuses lines that do not belong together', async () => {
    const files = (text: string) => ({ '/proc/net/netstat': text, '/proc/net/snmp': snmp })
    await assertRefused('netstat', files('TcpExt: A B\nIpExt: 1 2\n'))
    await assertRefused('netstat', files('TcpExt: SyncookiesSent B\nTcpExt: 1'))
    await assertRefused('netstat', files('TcpExt: SyncookiesSent\n'))
    await assertRefused('netstat', files('TcpExt: SyncookiesSent\nTcpExt: many\n'))
    await assertRefused('netstat', { '/proc/net/snmp': snmp })
  })
})

describe('sockstat', () => {
  it('has pages in bytes too, by what the kernel told this process', async () => {
    const auxv = Buffer.alloc(48)
    auxv.writeBigUInt64LE(33n, 0)
    auxv.writeBigUInt64LE(6n, 16)
    auxv.writeBigUInt64LE(65_536n, 24)
    const text = 'sockets: used 5\nTCP: inuse 1 mem 3\n'
    const files = { '/proc/net/sockstat': text, '/proc/self/auxv': auxv.toString('latin1') }
    assert.deepEqual(await valuesOf('sockstat', files), {
      ...{ node_sockstat_sockets_used: 5, node_sockstat_TCP_inuse: 1 },
      ...{ node_sockstat_TCP_mem: 3, node_sockstat_TCP_mem_bytes: 3 * 65_536 },
    })
    assert.equal((await valuesOf('sockstat', { '/proc/net/sockstat': text })).node_sockstat_TCP_mem_bytes, 3 * 4_096)
  })

  it('refuses a line that is cut', async () => {
    await assertRefused('sockstat', { '/proc/net/sockstat': 'sockets: used\n' })
    await assertRefused('sockstat', { '/proc/net/sockstat': 'sockets: used 5\nTC' })
    await assertRefused('sockstat', {})
  })
})

describe('vmstat', () => {
  it('has what the configuration wants', async () => {
    const text = 'nr_free_pages 5\npgpgin 1\npgfault 99999999999\noom_kill 0\nworkingset_refault_file 3\n'
    assert.deepEqual(await valuesOf('vmstat', { '/proc/vmstat': text }), {
      ...{ node_vmstat_pgpgin: 1, node_vmstat_pgfault: 99_999_999_999, node_vmstat_oom_kill: 0 },
    })
    const wanted = await valuesOf('vmstat', { '/proc/vmstat': text }, { vmstat: { fields: 'refault' } })
    assert.deepEqual(wanted, { node_vmstat_workingset_refault_file: 3 })
    await assertRefused('vmstat', { '/proc/vmstat': 'pgpgin 1\npgpgout' })
    await assertRefused('vmstat', { '/proc/vmstat': 'pgpgin 1\npgpgout -\n' })
  })
})

describe('pressure', () => {
  const line = (kind: string, total: number) => `${kind} avg10=0.00 avg60=0.00 avg300=0.00 total=${total}\n`

  it('has what the kernel has', async () => {
    const files = {
      '/proc/pressure/cpu': line('some', 1_500_000) + line('full', 9),
      '/proc/pressure/irq': line('full', 2_000_000),
      '/proc/pressure/io': systemError('EOPNOTSUPP', '/proc/pressure/io'),
    }
    assert.deepEqual(await valuesOf('pressure', files), {
      node_pressure_cpu_waiting_seconds_total: 1.5,
      node_pressure_irq_stalled_seconds_total: 2,
    })
    await assertNoData('pressure')
    await assertNoData('pressure', { '/proc/pressure/cpu': systemError('EOPNOTSUPP', '/proc/pressure/cpu') })
  })

  it('refuses what is cut', async () => {
    await assertRefused('pressure', { '/proc/pressure/cpu': 'some avg10=0.00 avg60=0.00 avg300=0.00 tot' })
    await assertRefused('pressure', { '/proc/pressure/cpu': line('some', 1), '/proc/pressure/io': line('some', 1) })
  })
})

describe('conntrack', () => {
  const counts = {
    '/proc/sys/net/netfilter/nf_conntrack_count': '7\n',
    '/proc/sys/net/netfilter/nf_conntrack_max': '9\n',
  }

  it('adds what processors count, whatever columns there are', async () => {
    const text =
      'entries  clashres found insert_failed drop\n00000007  00000000 000000ff 00000001 00000002\n00000007  00000000 00000001 00000001 ffffffff\n'
    const values = await valuesOf('conntrack', { ...counts, '/proc/net/stat/nf_conntrack': text })
    assert.deepEqual(values, {
      ...{ node_nf_conntrack_entries: 7, node_nf_conntrack_entries_limit: 9, node_nf_conntrack_stat_found: 256 },
      ...{ node_nf_conntrack_stat_insert_failed: 2, node_nf_conntrack_stat_drop: 2 ** 32 + 1 },
    })
    assert.equal(Object.keys(await valuesOf('conntrack', counts)).length, 2)
  })

  it('is nothing without the module, and refuses what is cut', async () => {
    await assertNoData('conntrack')
    await assertRefused('conntrack', { ...counts, '/proc/net/stat/nf_conntrack': 'entries found\n0001' })
    await assertRefused('conntrack', { ...counts, '/proc/sys/net/netfilter/nf_conntrack_max': '' })
  })
})

describe('small files', () => {
  it('entropy, filefd and loads', async () => {
    const random = '/proc/sys/kernel/random'
    const entropy = { [`${random}/entropy_avail`]: '256\n', [`${random}/poolsize`]: '4096\n' }
    assert.deepEqual(await valuesOf('entropy', entropy), {
      ...{ node_entropy_available_bits: 256, node_entropy_pool_size_bits: 4_096 },
    })
    await assertNoData('entropy', { [`${random}/entropy_avail`]: '256\n' })
    const fileNr = '/proc/sys/fs/file-nr'
    assert.deepEqual(await valuesOf('filefd', { [fileNr]: '1060\t0\t9223372036854775807\n' }), {
      ...{ node_filefd_allocated: 1_060, node_filefd_maximum: 2 ** 63 },
    })
    await assertRefused('filefd', { [fileNr]: '1060\t0' })
  })

  it('softnet: the number of the processor, not of the line, where the kernel tells it', async () => {
    const old = '0000000a 00000001 00000002 00000000\n0000000b 00000000 00000000 00000000\n'
    const values = await valuesOf('softnet', { '/proc/net/softnet_stat': old })
    assert.equal(values['node_softnet_processed_total{cpu="1"}'], 11)
    const recent = `ffffffff 00000001 00000002 ${'00000000 '.repeat(9)}00000003 00000000\n`
    const later = await valuesOf('softnet', { '/proc/net/softnet_stat': recent })
    assert.equal(later['node_softnet_processed_total{cpu="3"}'], 2 ** 32 - 1)
    await assertRefused('softnet', { '/proc/net/softnet_stat': '0000000a 0000' })
    await assertNoData('softnet')
  })

  it('schedstat', async () => {
    const text = 'version 15\ntimestamp 4\ncpu0 0 0 0 0 0 0 1500000000 2000000000 7\ndomain0 3 1 2\n'
    assert.deepEqual(await valuesOf('schedstat', { '/proc/schedstat': text }), {
      'node_schedstat_running_seconds_total{cpu="0"}': 1.5,
      'node_schedstat_waiting_seconds_total{cpu="0"}': 2,
      'node_schedstat_timeslices_total{cpu="0"}': 7,
    })
    await assertRefused('schedstat', { '/proc/schedstat': 'cpu0 0 0 0 0 0 0 15' })
    await assertNoData('schedstat')
  })

  it('arp and UDP queues', async () => {
    const row = (device: string) => `10.0.0.1  0x1  0x2  02:fc:00:00:00:05  *  ${device}\n`
    const head = 'IP address HW type Flags HW address Mask Device\n'
    const arp = { '/proc/net/arp': head + row('eth0') + row('eth0') + row('veth1') }
    assert.deepEqual(await valuesOf('arp', arp), { 'node_arp_entries{device="eth0"}': 2 })
    await assertRefused('arp', { '/proc/net/arp': `${head}10.0.0.1 0x1` })
    const socket = '  1: 00000000:0044 00000000:0000 07 00000010:000000FF 00:0 0 0 0 0\n'
    assert.deepEqual(await valuesOf('udp_queues', { '/proc/net/udp': `sl\n${socket}${socket}` }), {
      'node_udp_queues{ip="v4",queue="tx"}': 32,
      'node_udp_queues{ip="v4",queue="rx"}': 510,
    })
    await assertRefused('udp_queues', { '/proc/net/udp': 'sl\n 1: 0000' })
  })

  it('uname of the node and of the machine', async () => {
    const kernel = { ostype: 'Linux', osrelease: '6.1.0', version: '#1 SMP', hostname: 'n1', domainname: '(none)' }
    const files = Object.entries(kernel).map(([name, text]) => [`/proc/sys/kernel/${name}`, `${text}\n`])
    const labels = 'domainname="(none)",machine="x86_64",nodename="n1",release="6.1.0",sysname="Linux",version="#1 SMP"'
    assert.deepEqual(await valuesOf('uname', Object.fromEntries(files)), { [`node_uname_info{${labels}}`]: 1 })
    await assertRefused('uname', { '/proc/sys/kernel/ostype': 'Linux\n' })
  })

  it('os-release with quotes of every kind', async () => {
    const text = `# comment\nNAME="Flat\\"car"\nID='flat car'\nVERSION_ID=3815.2.0\nSUPPORT_END=2027-01-01\nBAD LINE\n`
    const values = await valuesOf('os', { '/usr/lib/os-release': text })
    assert.equal(values['node_os_version{id="flat car",id_like="",name="Flat\\"car"}'], 3_815.2)
    assert.equal(values.node_os_support_end_timestamp_seconds, Date.UTC(2027, 0, 1) / 1_000)
    await assertNoData('os')
  })

  it('selinux, DMI and the clock', async () => {
    assert.deepEqual(await valuesOf('selinux', {}), { node_selinux_enabled: 0 })
    const enforcing = {
      '/sys/fs/selinux/enforce': '1',
      '/etc/selinux/config': '# x\nSELINUX=permissive\nSELINUXTYPE=x\n',
    }
    assert.deepEqual(await valuesOf('selinux', enforcing), {
      ...{ node_selinux_enabled: 1, node_selinux_config_mode: 0, node_selinux_current_mode: 1 },
    })
    const dmi = {
      '/sys/class/dmi/id/sys_vendor': 'Acme\n',
      '/sys/class/dmi/id/board_serial': systemError('EACCES', 'x'),
    }
    assert.deepEqual(await valuesOf('dmi', dmi), { 'node_dmi_info{system_vendor="Acme"}': 1 })
    await assertNoData('dmi')
    const source = '/sys/devices/system/clocksource/clocksource0'
    const files = { [`${source}/available_clocksource`]: 'tsc hpet \n', [`${source}/current_clocksource`]: 'tsc\n' }
    const values = await valuesOf('time', files)
    assert.equal(values['node_time_clocksource_current_info{clocksource="tsc",device="0"}'], 1)
    assert.equal(values['node_time_clocksource_available_info{clocksource="hpet",device="0"}'], 1)
    assert.equal(values.node_time_seconds, Date.UTC(2026, 10, 21) / 1_000)
  })
})

describe('/sys', () => {
  it('network devices: what cannot be read is left out', async () => {
    const device = '/sys/class/net/eth0'
    const files = {
      ...{ [`${device}/operstate`]: 'up\n', [`${device}/flags`]: '0x1003\n', [`${device}/speed`]: '-1\n' },
      ...{ [`${device}/address`]: '02:00\n', [`${device}/ifalias`]: 'Büro\n', [`${device}/mtu`]: '1500\n' },
      [`${device}/carrier`]: systemError('EINVAL', 'carrier'),
      '/sys/class/net/veth1/operstate': 'up\n',
      '/sys/class/net/gone/mtu': '1500\n',
      '/sys/class/net/bonding_masters': 'bond0\n',
    }
    assert.deepEqual(await valuesOf('netclass', files), {
      'node_network_up{device="eth0"}': 1,
      'node_network_info{address="02:00",broadcast="",device="eth0",duplex="",ifalias="Büro",operstate="up"}': 1,
      'node_network_flags{device="eth0"}': 0x1003,
      'node_network_mtu_bytes{device="eth0"}': 1_500,
      'node_network_speed_bytes{device="eth0"}': -125_000,
    })
    await assertNoData('netclass')
  })

  it('bonds', async () => {
    const files = {
      '/sys/class/net/bonding_masters': 'bond0 bond1\n',
      '/sys/class/net/bond0/bonding/slaves': 'eth0 eth1\n',
      '/sys/class/net/bond0/lower_eth0/bonding_slave/mii_status': 'up\n',
      '/sys/class/net/bond0/lower_eth1/bonding_slave/mii_status': 'down\n',
    }
    assert.deepEqual(await valuesOf('bonding', files), {
      ...{ 'node_bonding_slaves{master="bond0"}': 2, 'node_bonding_active{master="bond0"}': 1 },
      ...{ 'node_bonding_slaves{master="bond1"}': 0, 'node_bonding_active{master="bond1"}': 0 },
    })
    await assertNoData('bonding')
  })

  it('temperatures and errors of memory', async () => {
    const thermal = '/sys/class/thermal'
    const files = {
      ...{ [`${thermal}/thermal_zone0/type`]: 'x86_pkg_temp\n', [`${thermal}/thermal_zone0/temp`]: '45500\n' },
      [`${thermal}/thermal_zone1/type`]: 'iwlwifi\n',
      [`${thermal}/thermal_zone1/temp`]: systemError('ENODATA', 'temp'),
      ...{ [`${thermal}/cooling_device3/type`]: 'Fan\n', [`${thermal}/cooling_device3/cur_state`]: '2\n' },
    }
    assert.deepEqual(await valuesOf('thermal_zone', files), {
      'node_thermal_zone_temp{type="x86_pkg_temp",zone="0"}': 45.5,
      'node_cooling_device_cur_state{name="3",type="Fan"}': 2,
    })
    const controller = '/sys/devices/system/edac/mc/mc0'
    const edac = {
      [`${controller}/ce_count`]: '1\n',
      [`${controller}/ue_noinfo_count`]: '2\n',
      [`${controller}/csrow4/ce_count`]: '3\n',
    }
    assert.deepEqual(await valuesOf('edac', edac), {
      'node_edac_correctable_errors_total{controller="0"}': 1,
      'node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="unknown"}': 2,
      'node_edac_csrow_correctable_errors_total{controller="0",csrow="4"}': 3,
    })
    assert.deepEqual(await valuesOf('edac', {}), {})
  })
})
