import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referenceFiles } from './pages/reference.ts'

// `npm run docs`: writes docs/reference/ anew, and removes what no longer belongs there.
const directory = join(import.meta.dirname, 'reference')
const files = await referenceFiles()
mkdirSync(directory, { recursive: true })
for (const name of readdirSync(directory)) if (!files.has(name)) rmSync(join(directory, name))
for (const [name, content] of files) writeFileSync(join(directory, name), content)
process.stdout.write(`wrote ${files.size} files to docs/reference/\n`)
