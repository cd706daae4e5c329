import { messageOf } from '#lib/errors.ts'
import { type ApiResponse, refuse } from './response.ts'

/** The answer once a change is on disk. `what` begins the sentence that says that it is not. */
export async function whenSafe(safe: Promise<void>, answer: ApiResponse, what: string): Promise<ApiResponse> {
  try {
    await safe
    return answer
  } catch (error) {
    return refuse(500, `${what} in force, but not yet safe on disk: ${messageOf(error)}`)
  }
}
