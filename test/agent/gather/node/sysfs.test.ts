import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { it } from 'node:test'
import type { CollectorName } from '../../../../agent/gather/node/config.ts'
import { SystemNodeFiles } from '../../../../agent/gather/node/node-files.ts'
import { printSeries } from '../../../support/gathered-series.ts'
import { NodeHarness } from '../../../support/node-harness.ts'
import { parseExposition } from '../../../support/parse-exposition.ts'
import { PEERS, PeerProgram, skipWithout } from '../../../support/peer-program.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

/** A machine with more hardware than those that tests run on. */
const FILES: Readonly<Record<string, string>> = {
  ...device('devices/platform/coretemp.0/hwmon/hwmon0', {
    ...{
      name: 'coretemp',
      temp1_input: '45500',
      temp1_label: 'Package id 0',
      temp1_max: '100000',
      temp1_crit_alarm: '0',
    },
    ...{ temp1_alarm: '1', temp2_input: '-12000', temp2_type: '4', temp2_label: 'Core #0', temp3_input: 'none' },
  }),
  ...device('devices/pci0000:00/0000:00:18.3/hwmon/hwmon1', {
    ...{ name: 'nct6775', in0_input: '1234', in0_min: '0', fan1_input: '1200', fan1_div: '8', fan1_target: '900' },
    ...{ pwm1: '128', pwm1_enable: '5', beep_enable: '1', vrm: '90', update_interval: '1500', cpu0_vid: '1100' },
    ...{ intrusion0_alarm: '1', curr1_input: '2500', power1_average: '42000000', power1_accuracy: '900000' },
    ...{ power1_average_interval: '300', energy1_input: '77000000', humidity1_input: '55000', fan1_fault: '0' },
    ...{ in0_beep: '1', unrelated: '5', temp9: '3000' },
  }),
  ...device('devices/virtual/hwmon/hwmon2', { name: 'Acpi Fan!', fan1_input: '10' }),
  ...device('devices/system/edac/mc/mc0', {
    ...{ ce_count: '1', ce_noinfo_count: '2', ue_count: '5', ue_noinfo_count: '6' },
    ...{ 'csrow0/ce_count': '3', 'csrow0/ue_count': '4' },
  }),
  ...device('class/thermal', {
    ...{ 'thermal_zone0/type': 'bcm2835_thermal', 'thermal_zone0/temp': '49925', 'thermal_zone0/policy': 'step_wise' },
    ...{ 'cooling_device0/type': 'Processor', 'cooling_device0/cur_state': '3', 'cooling_device0/max_state': '50' },
  }),
  ...device('class/net', {
    ...{ bonding_masters: 'bond0', 'bond0/bonding/slaves': 'eth0 eth1', 'bond0/operstate': 'up' },
    'bond0/lower_eth0/bonding_slave/mii_status': 'up',
    'bond0/lower_eth1/bonding_slave/mii_status': 'down',
  }),
  ...processor(0, 0, '2400000'),
  ...processor(1, 1, '1200000'),
  'devices/system/cpu/isolated': '1',
  ...device('class/dmi/id', { bios_vendor: 'Maker', product_name: 'Model X', sys_vendor: 'Acme', board_name: '' }),
}
const LINKS: Readonly<Record<string, string>> = {
  'class/hwmon/hwmon0': '../../devices/platform/coretemp.0/hwmon/hwmon0',
  'devices/platform/coretemp.0/hwmon/hwmon0/device': '../..',
  'class/hwmon/hwmon1': '../../devices/pci0000:00/0000:00:18.3/hwmon/hwmon1',
  'devices/pci0000:00/0000:00:18.3/hwmon/hwmon1/device': '../..',
  'class/hwmon/hwmon2': '../../devices/virtual/hwmon/hwmon2',
}
const COLLECTORS: readonly CollectorName[] = ['hwmon', 'edac', 'thermal_zone', 'bonding', 'cpu', 'cpufreq', 'dmi']

function device(directory: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${directory}/${name}`, text]))
}

function processor(cpu: number, core: number, kilohertz: string): Record<string, string> {
  return device(`devices/system/cpu/cpu${cpu}`, {
    ...{ 'topology/core_id': String(core), 'topology/physical_package_id': '0' },
    ...{ 'thermal_throttle/core_throttle_count': String(5 + core), 'thermal_throttle/package_throttle_count': '30' },
    ...{
      'cpufreq/scaling_cur_freq': kilohertz,
      'cpufreq/scaling_min_freq': '800000',
      'cpufreq/scaling_max_freq': '3700000',
    },
    ...{ 'cpufreq/cpuinfo_min_freq': '800000', 'cpufreq/cpuinfo_max_freq': '3900000' },
    ...{
      'cpufreq/scaling_governor': 'powersave',
      'cpufreq/scaling_driver': 'intel_pstate',
      'cpufreq/related_cpus': String(cpu),
    },
    ...{ 'cpufreq/scaling_available_governors': 'performance powersave', 'cpufreq/scaling_setspeed': '<unsupported>' },
    'cpufreq/cpuinfo_transition_latency': '0',
  })
}

function makeTree(directory: string): void {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), `${text}\n`)
  }
  for (const [path, target] of Object.entries(LINKS)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    symlinkSync(target, join(directory, path))
  }
}

it("makes of hardware what Debian's node exporter makes of it", {
  skip: skipWithout(PEERS.nodeExporter),
}, async (t) => {
  const root = temporaryDirectory(t)
  const [proc, sys] = [join(root, 'proc'), join(root, 'sys')]
  makeTree(sys)
  mkdirSync(join(proc, 'self'), { recursive: true })
  writeFileSync(
    join(proc, 'stat'),
    'cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\ncpu1 0 0 0 0 0 0 0 0 0 0\nintr 1\n',
  )
  const exporter = await PeerProgram.start(t, PEERS.nodeExporter, [
    ...['--collector.disable-defaults', `--path.sysfs=${sys}`, `--path.procfs=${proc}`],
    ...COLLECTORS.map((name) => `--collector.${name}`),
  ])
  const { samples } = parseExposition(await (await fetch(`${exporter.url}/metrics`)).text())
  const theirs = new Map<string, string>()
  for (const { name, labels, value, type } of samples) {
    if (/^node_(?!scrape|exporter)/.test(name))
      theirs.set(printSeries(name, labels), `${type} ${value.toPrecision(12)}`)
  }
  const config = { collectors: COLLECTORS, proc_root: proc, sys_root: sys }
  const harness = new NodeHarness({}, { config, deps: { files: new SystemNodeFiles() } })
  const ours = new Map<string, string>()
  for (const [key, { name, value, type }] of await harness.gather()) {
    if (/^node_(?!scrape)/.test(name)) ours.set(key, `${type} ${value.toPrecision(12)}`)
  }
  assert.deepEqual(harness.happened, [])
  assert.deepEqual(ours, theirs)
  t.diagnostic(`${ours.size} series are the same`)
})
