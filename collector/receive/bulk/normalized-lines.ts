/** A document's action, once it has an id. */
export interface NormalizedAction {
  readonly operation: string
  readonly index: string
  readonly id: string
  /** The id is ours: nobody else has it, so the document is created. */
  readonly isIdMade: boolean
  readonly pipeline: string | undefined
  readonly routing: string | undefined
  readonly requireDataStream: boolean | undefined
}

/** Room for an action line over what stood there before. */
const ACTION_BYTES = 256
const CLOSE_BRACE = 0x7d
const NEWLINE = 0x0a

/**
 * The lines of a bulk body as they are queued: for each document an action line of one form, and the document. An action
 * line says what its document requires of its target, so that the indexer can send it beside others:
 *
 * {"create":{"_index":"filebeat","_id":"…","require_data_stream":false}}
 *
 * Whether the target is an index or a data stream is for Elasticsearch's templates to say, as it is for a document that a
 * shipper sends there itself; only what asks for `require_data_stream` gets it.
 */
export class NormalizedLines {
  documents = 0
  #bytes: Buffer
  #length = 0

  constructor(expectedBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(expectedBytes + ACTION_BYTES)
  }

  /**
   * Adds a document of a body.
   *
   * @param open where its brace is
   * @param time what `@timestamp` it gets; undefined if it has one, or needs none
   */
  add(action: NormalizedAction, body: Buffer, open: number, end: number, time: string | undefined): void {
    this.documents += 1
    const head = `${actionLine(action)}\n`
    this.#reserve(4 * head.length + (end - open) + ACTION_BYTES)
    this.#write(head)
    if (time === undefined) this.#copy(body, open, end)
    else {
      this.#write(`{"@timestamp":"${time}"`)
      let first = open + 1
      while (body[first]! <= 0x20) first += 1
      if (body[first] !== CLOSE_BRACE) this.#write(',')
      this.#copy(body, first, end)
    }
    this.#bytes[this.#length++] = NEWLINE
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #write(text: string): void {
    this.#length += this.#bytes.write(text, this.#length)
  }

  #copy(body: Buffer, start: number, end: number): void {
    this.#length += body.copy(this.#bytes, this.#length, start, end)
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function actionLine({
  operation,
  index,
  id,
  isIdMade,
  pipeline,
  routing,
  requireDataStream = false,
}: NormalizedAction): string {
  let text = `{"${isIdMade ? 'create' : operation}":{"_index":${JSON.stringify(index)},"_id":${JSON.stringify(id)}`
  if (pipeline !== undefined) text += `,"pipeline":${JSON.stringify(pipeline)}`
  if (routing !== undefined) text += `,"routing":${JSON.stringify(routing)}`
  return `${text},"require_data_stream":${requireDataStream}}}`
}
