import { gauge } from '../../family-spec.ts'
import { type CollectorFactory, NoDataError } from '../collector.ts'
import { keptLabelSets } from '../device-labels.ts'
import type { NodeFiles } from '../node-files.ts'

const INFO = gauge('node_os_info', 'The distribution of the node.')
const VERSION = gauge('node_os_version', 'Version of the distribution, as far as it is a number.')
const SUPPORT_END = gauge('node_os_support_end_timestamp_seconds', 'When the distribution is no longer supported.')
/** Keys of the file by label, in the order of the labels. */
const KEYS = {
  build_id: 'BUILD_ID',
  id: 'ID',
  id_like: 'ID_LIKE',
  image_id: 'IMAGE_ID',
  image_version: 'IMAGE_VERSION',
  name: 'NAME',
  pretty_name: 'PRETTY_NAME',
  variant: 'VARIANT',
  variant_id: 'VARIANT_ID',
  version: 'VERSION',
  version_codename: 'VERSION_CODENAME',
  version_id: 'VERSION_ID',
} as const

/** os-release(5) of the node. */
export const createOsCollector: CollectorFactory = ({ files, paths }) => {
  const infoLabels = keptLabelSets(Object.keys(KEYS))
  const versionLabels = keptLabelSets(['id', 'id_like', 'name'])
  let text = ''
  let release: ReadonlyMap<string, string> = new Map()
  return (points) => {
    const now = readRelease(files, paths.root)
    if (now !== text) release = parseOsRelease(now)
    text = now
    const of = (key: string) => release.get(key) ?? ''
    infoLabels.begin()
    versionLabels.begin()
    points.add(INFO, infoLabels.get(Object.values(KEYS).map(of).join('\0')), 1)
    const version = /^\d+(?:\.\d+)?/.exec(of('VERSION_ID'))?.[0]
    if (version !== undefined) {
      points.add(VERSION, versionLabels.get([of('ID'), of('ID_LIKE'), of('NAME')].join('\0')), Number(version))
    }
    const supportEndMs = /^\d{4}-\d\d-\d\d$/.test(of('SUPPORT_END')) ? Date.parse(of('SUPPORT_END')) : Number.NaN
    if (!Number.isNaN(supportEndMs)) points.single(SUPPORT_END, supportEndMs / 1_000)
  }
}

function readRelease(files: NodeFiles, root: string): string {
  for (const path of [`${root}/etc/os-release`, `${root}/usr/lib/os-release`]) {
    try {
      return Buffer.from(files.read(path), 'latin1').toString()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  throw new NoDataError('there is no os-release')
}

/** Variables as a shell would have them: quotes and backslashes are taken away. Other lines are left out. */
function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, quoted] = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? []
    if (name === undefined || quoted === undefined) continue
    const value = quoted.trim()
    const [, single] = /^'(.*)'$/.exec(value) ?? []
    const [, double = value] = /^"(.*)"$/.exec(value) ?? []
    variables.set(name, single ?? double.replace(/\\(.)/g, '$1'))
  }
  return variables
}
