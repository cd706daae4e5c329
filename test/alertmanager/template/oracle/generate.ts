import { writeFileSync } from 'node:fs'
import { CASES } from '../cases.ts'
import { runGo } from './run-go.ts'

// Writes what Go says of every case: `node test/alertmanager/template/oracle/generate.ts`.
writeFileSync(new URL('../vectors.json', import.meta.url), `${JSON.stringify(runGo(CASES), undefined, 2)}\n`)
