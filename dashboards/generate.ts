import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXAMPLE_ADDRESSES } from './addresses.ts'
import { generatedFiles } from './outputs.ts'

// `npm run dashboards`: writes dashboards/generated/ anew. With --grafana=URL and --runbooks=URL what it links to is yours.
const { values } = parseArgs({
  options: {
    grafana: { type: 'string', default: EXAMPLE_ADDRESSES.grafana },
    runbooks: { type: 'string', default: EXAMPLE_ADDRESSES.runbooks },
  },
})
const trimmed = { grafana: values.grafana.replace(/\/+$/, ''), runbooks: values.runbooks.replace(/\/+$/, '') }
const directory = join(import.meta.dirname, 'generated')
const files = generatedFiles(trimmed)
rmSync(directory, { recursive: true, force: true })
for (const [name, content] of files) {
  const path = join(directory, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}
process.stdout.write(`wrote ${files.size} files to dashboards/generated/\n`)
