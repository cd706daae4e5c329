import { readVersion } from '#lib/version.ts'

/** The release of Alertmanager whose configuration, API and timing this router has. Clients choose their dialect by it. */
export const COMPATIBLE_VERSION = '0.34.0'

/** What the router was built from, in the fields that upstream has. There is no build, so the checkout stands for it. */
export interface BuildInfo {
  readonly version: string
  readonly revision: string
  readonly branch: string
  readonly buildUser: string
  readonly buildDate: string
  readonly goVersion: string
}

export function readBuildInfo(): BuildInfo {
  return {
    version: COMPATIBLE_VERSION,
    revision: `vedette-${readVersion()}`,
    branch: 'vedette',
    buildUser: 'vedette',
    buildDate: '',
    goVersion: `node ${process.version}`,
  }
}

/** What `--version` prints; tools read the first line. */
export function versionText(program: string, build: BuildInfo): string {
  return [
    `${program}, version ${build.version} (branch: ${build.branch}, revision: ${build.revision})`,
    `  build user:       ${build.buildUser}`,
    `  build date:       ${build.buildDate}`,
    `  go version:       ${build.goVersion}`,
    `  platform:         ${process.platform}/${goArch()}`,
    '',
  ].join('\n')
}

/** The processor's name as Go has it. */
export function goArch(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch
}
