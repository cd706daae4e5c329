/**
 * What a grammar is in: a small number of its own, above zero, which says what it takes next. Every grammar is a
 * function from a phase and a line to a phase, so that an open trace is no more than two numbers.
 */
export type Phase = number

/** The line does not belong to the trace, and the trace is over; or, when opening, there is none. */
export const CLOSED: Phase = 0
