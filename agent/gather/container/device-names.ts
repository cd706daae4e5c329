import { deviceNumber, printDeviceNumber } from './disk-stats.ts'
import { type HeldFiles, NOTHING } from './held-files.ts'

const LINE = /^ *(\d+) +(\d+) +(\S+)/gm

/** Names of block devices by their numbers, from `/proc/diskstats`, which has those of the node in every namespace. */
export class DeviceNames {
  readonly #held: HeldFiles
  readonly #path: string
  #names: ReadonlyMap<number, string> = new Map()
  /** In which round it was looked for last. */
  #round = -1

  constructor(held: HeldFiles, procRoot: string) {
    this.#held = held
    this.#path = `${procRoot}/diskstats`
  }

  /** `/dev/<name>`; the link that udev makes for the numbers if the name is not known. */
  nameOf(device: number, round: number): string {
    if (!this.#names.has(device) && this.#round !== round) {
      this.#round = round
      this.#names = this.#read()
    }
    const name = this.#names.get(device)
    return name === undefined ? `/dev/block/${printDeviceNumber(device)}` : `/dev/${name}`
  }

  #read(): ReadonlyMap<number, string> {
    const length = this.#held.readPath(this.#path)
    const names = new Map<number, string>()
    if (length <= NOTHING) return names
    const text = this.#held.bytes.toString('latin1', 0, length)
    for (const [, major, minor, name] of text.matchAll(LINE)) {
      // The kernel writes a slash in a name as an exclamation mark: cciss!c0d0.
      names.set(deviceNumber(Number(major), Number(minor)), name!.replaceAll('!', '/'))
    }
    return names
  }
}
