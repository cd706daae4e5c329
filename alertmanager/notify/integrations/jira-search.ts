import type { JiraConfig } from '../../config/receivers/jira.ts'
import { readMembers } from '../http/answer.ts'

/** An issue that is there. */
export interface FoundIssue {
  readonly key: string
  /** Whether its status counts as closed; undefined if Jira does not say. */
  readonly isDone: boolean | undefined
}

/** Where issues are searched: the cloud has given up the older place, and other servers lack the newer one. */
export function searchUrl({ api_url, api_type }: JiraConfig): string {
  const url = new URL(api_url)
  const isCloud = api_type === 'cloud' || (api_type === 'auto' && url.hostname.endsWith('atlassian.net'))
  const base = api_url.replace(/\/$/, '')
  return isCloud ? `${base.replace('/rest/api/2', '/rest/api/3')}/search/jql` : `${base}/search`
}

/** Open issues of the group, and closed ones that may be opened again, in upstream's words. */
export function searchQuery(config: JiraConfig, project: string, label: string, isFiring: boolean): string {
  const { wont_fix_resolution, reopen_transition, reopen_duration = 0 } = config
  const minutes = Math.trunc(reopen_duration / 60_000)
  const mayReopen = isFiring && Boolean(reopen_transition) && minutes > 0
  return [
    ...(wont_fix_resolution ? [`resolution != ${JSON.stringify(wont_fix_resolution)}`] : []),
    mayReopen ? `(resolutiondate is EMPTY OR resolutiondate >= -${minutes}m)` : 'statusCategory != Done',
    `project=${JSON.stringify(project)}`,
    `labels=${JSON.stringify(label)} order by status ASC,resolutiondate DESC`,
  ].join(' and ')
}

/** The first issue that was found; undefined if there is none, and null if this is no answer of a search. */
export function readFound(body: string): FoundIssue | undefined | null {
  const { issues } = readMembers(body)
  if (!Array.isArray(issues)) return null
  const [first] = issues as readonly { readonly key?: unknown; readonly fields?: IssueStatus }[]
  if (first === undefined) return undefined
  if (typeof first.key !== 'string') return null
  const category = first.fields?.status?.statusCategory?.key
  return { key: first.key, isDone: category === undefined ? undefined : category === 'done' }
}

interface IssueStatus {
  readonly status?: { readonly statusCategory?: { readonly key?: unknown } }
}

/** The number of the transition with this name. */
export function readTransition(body: string, name: string): string | undefined {
  const { transitions } = readMembers(body)
  if (!Array.isArray(transitions)) return undefined
  const found = (transitions as readonly { readonly id?: unknown; readonly name?: unknown }[]).find(
    (transition) => transition.name === name,
  )
  return typeof found?.id === 'string' ? found.id : undefined
}
