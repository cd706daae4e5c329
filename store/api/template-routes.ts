import { ElasticsearchError } from '../elasticsearch-error.ts'
import { type JsonObject, simplePattern } from '../mapping/json-object.ts'
import type { Templates } from '../mapping/templates.ts'
import { readJsonBody } from './json-body.ts'
import { ACKNOWLEDGED, type ApiAnswer, type ApiRequest, answer, type Route } from './route.ts'
import { parseFlag, parseTimeValue } from './time-value.ts'

/** One kind of templates, as its endpoints see it. */
interface TemplateKind {
  readonly path: string
  /** What the list and an entry of it are called. */
  readonly listKey: string
  readonly entryKey: string
  readonly noun: string
  readonly all: () => ReadonlyMap<string, { readonly shown: JsonObject }>
  readonly put: (name: string, body: JsonObject) => void
  readonly remove: (names: readonly string[]) => void
}

const GET_PARAMETERS = ['local', 'master_timeout', 'flat_settings', 'include_defaults']
const PUT_PARAMETERS = ['create', 'cause', 'master_timeout']

/** Index and component templates: put, get, exists, delete. */
export function templateRoutes(templates: Templates): Route[] {
  return [
    ...routesOf({
      path: '/_index_template',
      listKey: 'index_templates',
      entryKey: 'index_template',
      noun: 'index template',
      all: () => templates.indexTemplates,
      put: (name, body) => templates.putIndexTemplate(name, body),
      remove: (names) => templates.deleteIndexTemplates(names),
    }),
    ...routesOf({
      path: '/_component_template',
      listKey: 'component_templates',
      entryKey: 'component_template',
      noun: 'component template',
      all: () => templates.components,
      put: (name, body) => templates.putComponent(name, body),
      remove: (names) => templates.deleteComponents(names),
    }),
  ]
}

function routesOf(kind: TemplateKind): Route[] {
  const named = `${kind.path}/{name}`
  return [
    { methods: ['GET'], path: kind.path, parameters: GET_PARAMETERS, handle: () => list(kind, '*') },
    {
      methods: ['GET'],
      path: named,
      parameters: GET_PARAMETERS,
      handle: ({ path }) => list(kind, path.name!),
    },
    {
      methods: ['HEAD'],
      path: named,
      parameters: GET_PARAMETERS,
      handle: ({ path }) => ({ status: matching(kind, path.name!).length === 0 ? 404 : 200, body: undefined }),
    },
    {
      methods: ['PUT', 'POST'],
      path: named,
      parameters: PUT_PARAMETERS,
      handle: (request, body) => put(kind, request, body),
    },
    {
      methods: ['DELETE'],
      path: named,
      parameters: ['master_timeout', 'timeout'],
      handle: ({ path }) => remove(kind, path.name!),
    },
  ]
}

function put(kind: TemplateKind, { path, parameters }: ApiRequest, body: Buffer): ApiAnswer {
  const name = path.name!
  requireTemplateName(kind, name)
  parseTimeValue(parameters.get('master_timeout'), 'master_timeout')
  if (parseFlag(parameters.get('create'), 'create', false) && kind.all().has(name)) {
    throw new ElasticsearchError(400, 'illegal_argument_exception', `${kind.noun} [${name}] already exists`)
  }
  kind.put(name, readJsonBody(body))
  return ACKNOWLEDGED
}

function requireTemplateName({ noun }: TemplateKind, name: string): void {
  const problem = /[\s,#*]/.test(name)
    ? 'must not contain a space, a comma, # or *'
    : name !== name.toLowerCase()
      ? 'must be lower cased'
      : Buffer.byteLength(name) > 255
        ? 'is longer than 255 bytes'
        : undefined
  if (problem !== undefined)
    throw new ElasticsearchError(400, 'invalid_index_template_exception', `${noun} [${name}] invalid, name ${problem}`)
}

function list(kind: TemplateKind, expression: string): ApiAnswer {
  const names = matching(kind, expression)
  if (names.length === 0 && !expression.includes('*')) throw missing(kind, expression)
  return answer({
    [kind.listKey]: names.map((name) => ({ name, [kind.entryKey]: kind.all().get(name)!.shown })),
  })
}

function remove(kind: TemplateKind, expression: string): ApiAnswer {
  const absent = expression.split(',').find((part) => !part.includes('*') && !kind.all().has(part))
  if (absent !== undefined) throw missing(kind, absent)
  kind.remove(matching(kind, expression))
  return ACKNOWLEDGED
}

function matching(kind: TemplateKind, expression: string): string[] {
  const tests = expression.split(',').map(simplePattern)
  return [...kind.all().keys()].filter((name) => tests.some((test) => test(name)))
}

function missing({ noun }: TemplateKind, name: string): ElasticsearchError {
  return new ElasticsearchError(404, 'resource_not_found_exception', `${noun} matching [${name}] not found`)
}
