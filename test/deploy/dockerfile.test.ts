import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { accessSync, constants, cpSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SERVICES } from '../../cli/launch.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8')
/** What is copied from the build's context; the last word of an instruction is where to. */
const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) =>
  words!.split(' ').slice(0, -1),
)

test('what the image copies is enough to start every service', (t) => {
  const app = temporaryDirectory(t)
  for (const path of copied) cpSync(join(ROOT, path), join(app, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'))
  const entry = /^ENTRYPOINT \["\/app\/(.+)"\]$/m.exec(dockerfile)![1]!
  accessSync(join(app, entry), constants.X_OK)
  for (const service of SERVICES) {
    const version = execFileSync(join(app, entry), [service, '--version'], { encoding: 'utf8' })
    assert.match(
      version,
      service === 'alertmanager' ? /^alertmanager, version \d/ : new RegExp(`^vedette ${service} \\d`),
    )
  }
})

test('only what the image copies is sent to the builder', () => {
  const [first, ...rest] = readFileSync(join(ROOT, 'deploy/Dockerfile.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
  assert.equal(first, '*')
  assert.deepEqual(rest.sort(), copied.map((path) => `!${path}`).sort())
})

test('the Node of the image is the one of the package', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  const [, minimum] = /^\^(\d+\.\d+)\.\d+$/.exec(devDependencies.node!)!
  assert.match(dockerfile, new RegExp(`^ARG NODE_IMAGE=node:${minimum!.replace('.', '\\.')}-`, 'm'))
})
