/** Thrown for what no member would send; the connection is broken off. */
export class WireError extends Error {}
