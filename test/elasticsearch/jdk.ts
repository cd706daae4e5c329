import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

const ROOMS = ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines', '/opt/java']

/** Home of a JDK of at least this version: JAVA_HOME's if it will do, else the newest; undefined if there is none. */
export function findJdk(atLeast: number): string | undefined {
  const named = process.env.JAVA_HOME
  if (named !== undefined && jdkVersion(named) >= atLeast) return named
  const onPath = findProgram('javac')
  const homes = [...(onPath === undefined ? [] : [dirname(dirname(realpathSync(onPath)))]), ...ROOMS.flatMap(homesIn)]
  const best = homes.toSorted((a, b) => jdkVersion(b) - jdkVersion(a))[0]
  return best !== undefined && jdkVersion(best) >= atLeast ? best : undefined
}

/** Path of a program that the shell would find by its name. */
export function findProgram(name: string): string | undefined {
  const directories = (process.env.PATH ?? '').split(delimiter)
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path))
}

function homesIn(room: string): string[] {
  if (!existsSync(room)) return []
  return readdirSync(room).flatMap((name) => [join(room, name), join(room, name, 'Contents/Home')])
}

/** Major version of a JDK by its `release` file; 0 if this is no JDK, or only a runtime. */
export function jdkVersion(home: string): number {
  if (!existsSync(join(home, 'bin/javac'))) return 0
  try {
    return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
