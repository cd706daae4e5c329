import type { NotifyFailure, NotifyResult } from '../receiver.ts'
import type { AnswerOptions, Telling } from './http-integration.ts'
import type { HttpRequest, HttpResponse } from './request.ts'

/** The members of a JSON object; none if the text is something else. */
export function readMembers(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** Sends a request whose answer is needed: an answer of 2xx, or why there is none. */
export async function exchange(
  telling: Telling,
  request: HttpRequest,
  options: AnswerOptions = {},
): Promise<{ readonly answer: HttpResponse } | NotifyFailure> {
  const { readAnswer = (): NotifyResult => ({ ok: true }), ...others } = options
  let answer: HttpResponse | undefined
  const result = await telling.send(request, {
    ...others,
    readAnswer(response) {
      answer = response
      return readAnswer(response)
    },
  })
  if (!result.ok) return result
  return { answer: answer! }
}
