import type { HttpRequest } from '../http/request.ts'

/** A request of the query protocol that SNS and STS speak. */
export function queryRequest(url: string, parameters: Readonly<Record<string, string>>): HttpRequest {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...{ url, method: 'POST', body: new URLSearchParams(sorted).toString() },
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
  }
}

/** Where a service of AWS is, unless the environment has another place for it. */
export function awsEndpoint(service: string, region: string, elsewhere: string | undefined): string {
  if (elsewhere) return new URL(elsewhere).href
  return `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`
}

/** The text of an element of an XML answer; such answers have no attributes and no nesting of equal names. */
export function elementOf(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  return text?.replace(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => ENTITIES[entity]!)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
