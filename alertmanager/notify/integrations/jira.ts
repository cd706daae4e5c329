import type { JiraConfig } from '../../config/receivers/jira.ts'
import { encodeJson, type Json } from '../../json.ts'
import { groupHash } from '../group-hash.ts'
import { exchange } from '../http/answer.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { HttpRequest } from '../http/request.ts'
import type { IntegrationDeps } from '../integration.ts'
import { failure, type Integration, type NotifyFailure, type NotifyResult } from '../receiver.ts'
import { issueFields } from './jira-issue.ts'
import { type FoundIssue, readFound, readTransition, searchQuery, searchUrl } from './jira-search.ts'

/**
 * Keeps an issue of Jira for each group of alerts, known by a label. What fires opens, updates or reopens it, and what is
 * resolved closes it.
 */
export function createJira(config: JiraConfig, deps: IntegrationDeps): Integration {
  return createHttpIntegration('jira', config, deps, (telling) => new Conversation(config, deps.where, telling).run())
}

/** What is asked of Jira for one notification. */
class Conversation {
  readonly #config: JiraConfig
  readonly #where: string
  readonly #telling: Telling
  readonly #base: string

  constructor(config: JiraConfig, where: string, telling: Telling) {
    this.#config = config
    this.#where = where
    this.#telling = telling
    this.#base = config.api_url.replace(/\/$/, '')
  }

  async run(): Promise<NotifyResult> {
    const label = `ALERT{${groupHash(this.#telling.notification.groupKey)}}`
    const isFiring = this.#telling.data.status === 'firing'
    const search = await this.#search(label, isFiring)
    if ('ok' in search) return search
    const { found } = search
    if (found === undefined && !isFiring) return { ok: true }
    const fields = issueFields(this.#config, label, this.#telling, found === undefined)
    const [method, url] =
      found === undefined ? (['POST', `${this.#base}/issue`] as const) : (['PUT', this.#issueUrl(found)] as const)
    const written = await this.#ask('writing the issue', { method, url }, { fields })
    if ('ok' in written) return written
    return found === undefined ? { ok: true } : this.#move(found, isFiring)
  }

  async #search(label: string, isFiring: boolean): Promise<{ readonly found: FoundIssue | undefined } | NotifyFailure> {
    const project = this.#telling.text(this.#config.project, 'project')
    const jql = searchQuery(this.#config, project, label, isFiring)
    const request = { method: 'POST', url: searchUrl(this.#config) } as const
    const asked = await this.#ask('looking for the issue', request, { fields: ['status'], jql, maxResults: 2 })
    if ('ok' in asked) return asked
    const found = readFound(asked.body)
    if (found !== null) return { found }
    return failure('other', false, `${this.#where}: the answer to a search is none of Jira; check api_url and api_type`)
  }

  /** Opens or closes the issue, if it is not as it should be. */
  async #move(issue: FoundIssue, isFiring: boolean): Promise<NotifyResult> {
    const { reopen_transition, resolve_transition } = this.#config
    const name = isFiring ? reopen_transition : resolve_transition
    if (!name || issue.isDone === undefined || issue.isDone === !isFiring) return { ok: true }
    const url = `${this.#issueUrl(issue)}/transitions`
    const listed = await this.#ask('listing its transitions', { method: 'GET', url })
    if ('ok' in listed) return listed
    const id = readTransition(listed.body, name)
    if (id === undefined) {
      const cure = "transitions have the names of the user's language, and depend on the status"
      return failure(
        'clientError',
        false,
        `${this.#where}: can't find transition ${name} for issue ${issue.key}; ${cure}`,
      )
    }
    const moved = await this.#ask('moving the issue', { method: 'POST', url }, { transition: { id } })
    return 'ok' in moved ? moved : { ok: true }
  }

  #issueUrl({ key }: FoundIssue): string {
    return `${this.#base}/issue/${encodeURIComponent(key)}`
  }

  async #ask(
    step: string,
    { method, url }: Pick<HttpRequest, 'method' | 'url'>,
    body?: Json,
  ): Promise<{ readonly body: string } | NotifyFailure> {
    const exchanged = await exchange(this.#telling, {
      ...{ method, url, body: body === undefined ? '' : encodeJson(body, { escapeHtml: true }) },
      headers: { 'content-type': 'application/json', 'accept-language': 'en' },
    })
    if ('answer' in exchanged) return { body: exchanged.answer.body }
    return { ...exchanged, message: `${exchanged.message} (when ${step})` }
  }
}
