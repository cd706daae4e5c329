import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const run = promisify(execFile)

const CORPUS = join(import.meta.dirname, '../../corpus/alertmanager')
/** Of `*.recent.good.yml`, Debian's amtool (0.25) does not know every key. */
const known = readdirSync(CORPUS).filter((name) => name.endsWith('.good.yml') && !name.endsWith('.recent.good.yml'))

for (const file of known) {
  test(`amtool reads the print of ${file} as it reads the file`, missing(AMTOOL, 'amtool'), async (t) => {
    const result = readAlertmanagerConfig(readFileSync(join(CORPUS, file), 'utf8'), file)
    assert.ok(result.ok)
    const printed = join(temporaryDirectory(t), 'printed.yml')
    // That the URL of a webhook is a secret, and `<secret>` one, amtool knows since release 0.26.
    writeFileSync(printed, result.config.original.replace(/\burl: <secret>$/gm, 'url: http://secret'))
    const amtool = async (...args: readonly string[]) => {
      const { stdout } = await run(AMTOOL!, [...args])
      return stdout.replaceAll(printed, file).replaceAll(join(CORPUS, file), file)
    }
    assert.match(await amtool('check-config', printed), /SUCCESS/)
    const routes = (config: string) => amtool('config', 'routes', '--config.file', config)
    assert.equal(await routes(printed), await routes(join(CORPUS, file)))
  })
}
