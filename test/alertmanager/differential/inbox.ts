import type { Answer } from '../support/capture-server.ts'

/** A notification as it arrived, and how it was answered. */
export interface Arrival {
  /** Which of the scenario's receivers, with the index of the integration: `team/0`. */
  readonly integration: string
  readonly body: unknown
  readonly status: number
}

/** What one side told the receivers of one scenario. */
export class Inbox {
  readonly arrivals: Arrival[] = []
  readonly #answers = new Map<string, Answer[]>()
  readonly #groupAnswers = new Map<string, { readonly answer: Answer; readonly groups: Set<string> }>()
  #arrived = Promise.withResolvers<void>()

  /** The next answers of an integration; 200 at once after them. */
  answer(integration: string, answers: readonly Answer[]): void {
    this.#answers.set(integration, [...(this.#answers.get(integration) ?? []), ...answers])
  }

  /** The next answer of an integration to each group, where it matters not which of them comes first. */
  answerGroups(integration: string, answer: Answer): void {
    this.#groupAnswers.set(integration, { answer, groups: new Set() })
  }

  take(integration: string, text: string): Answer {
    const body = JSON.parse(text) as { groupKey: string }
    const answer = this.#answers.get(integration)?.shift() ?? this.#answerTo(integration, body.groupKey)
    this.arrivals.push({ integration, body, status: answer.status ?? 200 })
    this.#arrived.resolve()
    this.#arrived = Promise.withResolvers()
    return answer
  }

  #answerTo(integration: string, groupKey: string): Answer {
    const prepared = this.#groupAnswers.get(integration)
    if (prepared === undefined || prepared.groups.has(groupKey)) return {}
    prepared.groups.add(groupKey)
    return prepared.answer
  }

  /** Resolves when this many notifications have arrived, or when it is late; says which. */
  async holds(count: number, late: Promise<void>): Promise<boolean> {
    let isLate = false
    const ended = late.then(() => {
      isLate = true
    })
    while (this.arrivals.length < count && !isLate) await Promise.race([this.#arrived.promise, ended])
    return this.arrivals.length >= count
  }
}
