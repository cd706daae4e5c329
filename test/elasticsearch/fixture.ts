import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { messageOf } from '#lib/errors.ts'
import { findJdk, findProgram, jdkVersion } from './jdk.ts'
import { trainFixture } from './train.ts'

/** A server that tests start as a process of its own. */
export type Product = 'elasticsearch-9' | 'elasticsearch-8' | 'opensearch-3'

/** A built server: the command that starts it wants only where its data is. */
export interface Fixture {
  readonly java: string
  readonly arguments: readonly string[]
}

export const PRODUCTS: readonly Product[] = ['elasticsearch-9', 'elasticsearch-8', 'opensearch-3']
const JDK_AT_LEAST = 21
/** From here on a JVM can write down what it loaded. */
const JDK_WITH_CACHE = 25
const TRAINING = join(import.meta.dirname, 'train.ts')
const LOOK_EVERY_MS = 200

/** Why a server cannot be built here; undefined if it can, as far as one sees without trying. */
export function whyNoFixture(): string | undefined {
  if (findJdk(JDK_AT_LEAST) === undefined) return `no JDK ${JDK_AT_LEAST} or later (JAVA_HOME, /usr/lib/jvm, PATH)`
  return findProgram('mvn') === undefined ? 'no Maven (mvn) on the PATH' : undefined
}

/**
 * Builds a server with Maven, unless that was done from the same sources. Processes that want it at the same time wait
 * for the one that builds.
 *
 * @throws if it cannot be built, with the end of what Maven said
 */
export async function buildFixture(product: Product): Promise<Fixture> {
  const missing = whyNoFixture()
  if (missing !== undefined) throw new Error(missing)
  const jdk = findJdk(JDK_AT_LEAST)!
  const directory = join(import.meta.dirname, product)
  const stamp = join(directory, 'target/built-from')
  const hash = hashOf(jdk, [directory, join(import.meta.dirname, 'shared')], [import.meta.filename, TRAINING])
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
  if (!isBuilt()) {
    const unlock = await lock(join(import.meta.dirname, `.${product}.lock`))
    try {
      if (!isBuilt()) {
        rmSync(join(directory, 'target'), { recursive: true, force: true })
        await runMaven(directory, jdk)
        await train(product, jdk, join(directory, 'target'))
        writeFileSync(stamp, hash)
      }
    } finally {
      unlock()
    }
  }
  const target = join(directory, 'target')
  const cache = cacheOf(target, jdk)
  const argv = javaArguments(product, target)
  // Without log, the JVM says nothing of a cache that does not fit, and starts as without it.
  const fast = existsSync(cache) ? ['-Xlog:disable', `-XX:AOTCache=${cache}`] : []
  return { java: join(jdk, 'bin/java'), arguments: [...fast, ...argv] }
}

/** A cache fits one version of the JVM. */
function cacheOf(target: string, jdk: string): string {
  return join(target, `started-${jdkVersion(jdk)}.aot`)
}

async function train(product: Product, jdk: string, target: string): Promise<void> {
  if (jdkVersion(jdk) < JDK_WITH_CACHE) return
  const flags = ['-Xlog:disable', `-XX:AOTCacheOutput=${cacheOf(target, jdk)}`]
  await trainFixture(join(jdk, 'bin/java'), [...flags, ...javaArguments(product, target)])
}

async function runMaven(directory: string, jdk: string): Promise<void> {
  try {
    const env = { ...process.env, JAVA_HOME: jdk }
    await promisify(execFile)(findProgram('mvn')!, ['-q', '-B', 'package'], { cwd: directory, env })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    const said = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => line.startsWith('[ERROR]'))
    throw new Error(`Maven failed in ${directory}: ${said.slice(0, 8).join('\n') || messageOf(error)}`, {
      cause: error,
    })
  }
}

function javaArguments(product: Product, target: string): string[] {
  const isOpenSearch = product === 'opensearch-3'
  const machine = `${process.platform === 'darwin' ? 'macos' : process.platform}-${process.arch === 'x64' ? 'amd64' : 'aarch64'}`
  // One library that is missing switches off all of them, libzstd too.
  const native = [
    `-Des.nativelibs.path=${join(target, 'native/aircompressor', machine)}`,
    '-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false',
  ]
  return [
    ...['-Xms512m', '-Xmx512m', '-XX:+UseSerialGC', ...(isOpenSearch ? [] : native)],
    ...['--enable-native-access=ALL-UNNAMED', '--sun-misc-unsafe-memory-access=allow'],
    ...['-cp', `${join(target, 'fixture.jar')}:${join(target, 'lib')}/*`],
    isOpenSearch ? 'vedette.fixture.FixtureNode' : 'org.elasticsearch.node.FixtureNode',
  ]
}

/** Of the JDK, of all files below the directories but what Maven makes, and of more files. */
function hashOf(jdk: string, directories: readonly string[], files: readonly string[]): string {
  const hash = createHash('sha256').update(`${jdk} ${jdkVersion(jdk)}\0`)
  for (const file of files) hash.update(readFileSync(file)).update('\0')
  for (const directory of directories) {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).toSorted()
    for (const name of names) {
      const path = join(directory, name)
      if (name === 'target' || name.startsWith('target/') || !statSync(path).isFile()) continue
      hash.update(`${name}\0`).update(readFileSync(path)).update('\0')
    }
  }
  return hash.digest('hex')
}

/** Waits for a lock, which is a directory with its owner's process id, and takes it; the result gives it back. */
async function lock(path: string): Promise<() => void> {
  for (;;) {
    try {
      mkdirSync(path)
      writeFileSync(join(path, 'pid'), String(process.pid))
      return () => rmSync(path, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (isAbandoned(path)) rmSync(path, { recursive: true, force: true })
      else await sleep(LOOK_EVERY_MS)
    }
  }
}

function isAbandoned(path: string): boolean {
  try {
    process.kill(Number(readFileSync(join(path, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Between the directory and the file in it there is a moment.
    return code === 'ESRCH' || (code === 'ENOENT' && existsSync(path) && Date.now() - statSync(path).mtimeMs > 5_000)
  }
}
