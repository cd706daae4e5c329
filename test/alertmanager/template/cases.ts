import type { Case } from './cases/case.ts'
import { FUNCTIONS_CASES } from './cases/functions.ts'
import { LANGUAGE_CASES } from './cases/language.ts'
import { NOTIFICATION_CASES } from './cases/notification.ts'
import { PRINTING_CASES } from './cases/printing.ts'
import { TIME_CASES } from './cases/time.ts'

/** Templates for which Go says what comes of them. */
export const CASES: readonly Case[] = [
  ...LANGUAGE_CASES,
  ...PRINTING_CASES,
  ...TIME_CASES,
  ...NOTIFICATION_CASES,
  ...FUNCTIONS_CASES,
]
