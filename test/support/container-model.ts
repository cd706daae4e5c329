export const STREAMS = ['stdout', 'stderr'] as const
export type Stream = (typeof STREAMS)[number]

/** What a container wrote, and what of it must arrive. */
export class ContainerModel {
  /** Complete records per stream, in order. */
  readonly records: Record<Stream, string[]> = { stdout: [], stderr: [] }
  readonly partial: Record<Stream, string | undefined> = { stdout: undefined, stderr: undefined }
  /** Records that a truncation may have taken before they were read. */
  readonly perhapsLost = new Set<string>()
  /** The file that the runtime still writes to after a rename, until it reopens. */
  renamedTo: string | undefined
  rotations = 0
  /** Whether a record in parts may not have been read yet. */
  unreadParts = false

  write(stream: Stream, tag: 'P' | 'F', body: string): void {
    const joined = (this.partial[stream] ?? '') + body
    this.partial[stream] = tag === 'P' ? joined : undefined
    this.unreadParts ||= tag === 'P'
    if (tag === 'F') this.records[stream].push(joined)
  }

  endPartials(): void {
    for (const stream of STREAMS) if (this.partial[stream] !== undefined) this.write(stream, 'F', '')
  }

  get hasPartial(): boolean {
    return STREAMS.some((stream) => this.partial[stream] !== undefined)
  }
}

/** Lines of a stack trace, each of which occurs once. */
export const TRACE_BEGIN = 'shop.OutOfStockException: '
export const TRACE_FRAME = '\tat shop.Order'

/**
 * The parts of a record, of lines and of traces. How they are joined depends on when an incomplete record was given up;
 * they don't.
 */
export const parts = (body: string) =>
  body.split('\n').flatMap((line) => (line.startsWith(TRACE_FRAME) ? [line] : line.split(PART)))
const PART = new RegExp(`(?=(?<!${TRACE_BEGIN})#\\d+ |${TRACE_BEGIN}#)`)
