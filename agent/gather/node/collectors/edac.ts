import { counter } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabelSets, keptLabels } from '../device-labels.ts'
import { listIfThere, readIfThere } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'

const CORRECTABLE = counter('node_edac_correctable_errors_total', 'Errors of memory that were mended.')
const UNCORRECTABLE = counter('node_edac_uncorrectable_errors_total', 'Errors of memory that could not be mended.')
const ROW_CORRECTABLE = counter(
  'node_edac_csrow_correctable_errors_total',
  'Errors of memory that were mended, by row of chips.',
)
const ROW_UNCORRECTABLE = counter(
  'node_edac_csrow_uncorrectable_errors_total',
  'Errors of memory that could not be mended, by row of chips.',
)

/** Errors of memory that controllers found, of /sys/devices/system/edac; nothing where there is no such controller. */
export const createEdacCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.sys}/devices/system/edac/mc`
  const labels = keptLabels('controller')
  const rowLabels = keptLabelSets(['controller', 'csrow'])
  return (points) => {
    labels.begin()
    rowLabels.begin()
    for (const name of listIfThere(files, directory)) {
      const controller = /^mc(\d+)$/.exec(name)?.[1]
      if (controller === undefined) continue
      const count = (file: string) => parseOptional(readIfThere(files, `${directory}/${name}/${file}`))
      const of = labels.get(controller)
      const add = (spec: typeof CORRECTABLE, to: typeof of, value: number | undefined) => {
        if (value !== undefined) points.add(spec, to, value)
      }
      add(CORRECTABLE, of, count('ce_count'))
      add(UNCORRECTABLE, of, count('ue_count'))
      add(ROW_CORRECTABLE, rowLabels.get(`${controller}\0unknown`), count('ce_noinfo_count'))
      add(ROW_UNCORRECTABLE, rowLabels.get(`${controller}\0unknown`), count('ue_noinfo_count'))
      for (const entry of listIfThere(files, `${directory}/${name}`)) {
        const row = /^csrow(\d+)$/.exec(entry)?.[1]
        if (row === undefined) continue
        const ofRow = rowLabels.get(`${controller}\0${row}`)
        add(ROW_CORRECTABLE, ofRow, count(`${entry}/ce_count`))
        add(ROW_UNCORRECTABLE, ofRow, count(`${entry}/ue_count`))
      }
    }
  }
}
