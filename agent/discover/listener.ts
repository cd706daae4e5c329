import type { LogFileEntry } from './list-files.ts'
import type { ContainerInstance } from './paths.ts'

/** The log files of a container, by the restart count of the run that wrote them. */
export type Runs = ReadonlyMap<number, readonly LogFileEntry[]>

/** Who is told of what is in the pods directory. */
export interface LogFilesListener {
  /**
   * The log files of a container's runs, live and rotated. Called again whenever they may have changed.
   *
   * @returns whether all were taken; if not they are listed again before long
   */
  listed(container: Omit<ContainerInstance, 'restartCount'>, directory: string, runs: Runs): boolean
  /** Nothing came or went in a container's directory. Returns whether something was written all the same. */
  unchanged(directory: string): boolean
  /** A container's directory is gone. */
  removed(directory: string): void
  /** Something was written to a file of a container's directory. */
  touched(directory: string): void
  /** Everything was listed for the first time. */
  complete(): void
}
