import { randomUUID } from 'node:crypto'
import { messageOf } from '#lib/errors.ts'
import type { StoreEvents } from '../events.ts'
import type { IndexIdentity } from './day-change.ts'
import type { DayFiles } from './day-files.ts'
import { isCorruption } from './sqlite.ts'
import { StateFile, setStateFileAside } from './state-file.ts'

export interface RecoverStateOptions {
  readonly path: string
  readonly files: DayFiles
  readonly events: StoreEvents
}

/**
 * Opens the state file. If it is damaged it is set aside; if it is new although there are days, what days know is put
 * in it again: indices and the sequence numbers that are used up. Templates are known to nobody else and are lost.
 */
export function openState(options: RecoverStateOptions): StateFile {
  const state = openOrSetAside(options)
  if (state.readMeta('cluster_uuid') === undefined) {
    // The identity is written last: a crash before it means that the days are read again.
    recover(state, options.files)
    state.writeMeta('cluster_uuid', randomUUID())
  }
  return state
}

function openOrSetAside({ path, events }: RecoverStateOptions): StateFile {
  try {
    return new StateFile(path)
  } catch (error) {
    if (!isCorruption(error)) throw error
    events.stateFileCorrupt({}, { file: setStateFileAside(path), reason: messageOf(error) })
    return new StateFile(path)
  }
}

function recover(state: StateFile, files: DayFiles): void {
  const byName = new Map<string, IndexIdentity>()
  let nextSequence = 0
  for (const day of files.days) {
    const file = files.open(day)
    if (file === undefined) continue
    for (const index of file.readIndices()) {
      const known = byName.get(index.name)
      // An index that was deleted and created again has two numbers; the later one is it.
      if (known === undefined || known.createdMs < index.createdMs) byName.set(index.name, index)
    }
    nextSequence = Math.max(nextSequence, file.nextSequence)
  }
  for (const index of byName.values()) state.addIndex(index)
  state.skipSequences(nextSequence)
}
