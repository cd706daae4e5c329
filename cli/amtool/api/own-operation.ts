import type { Operation } from './api-error.ts'

/** A request of the API that Alertmanager has not. */
export function ownOperation(
  method: Operation['method'],
  path: string,
  rest: Pick<Operation, 'name' | 'query' | 'id' | 'body'>,
): Operation {
  return { method, prefix: '/api/vedette/v1', path, ...rest }
}
