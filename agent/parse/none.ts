import type { ContentParser, Fields } from '#lib/parse/fields.ts'

/** Looks for nothing. The fields are those of the record before, which may have been another container's. */
export class NoParser implements ContentParser {
  parse(fields: Fields): boolean {
    fields.reset()
    return true
  }
}
