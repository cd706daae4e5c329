/** What a payload of the queue holds; its first byte. */
export const DEFINITIONS = 1
const SAMPLES = 2
/** Longest payload; a longer one on disk is damage. */
export const MAX_PAYLOAD_BYTES = 64 * 1024 ** 2

export const DEFINITIONS_HEAD = Buffer.from([DEFINITIONS])
export const SAMPLES_HEAD = Buffer.from([SAMPLES])
