import type { Operation } from '../api/api-error.ts'
import type { Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'

/** Asks the API that the router has beside Alertmanager's. */
export async function askOwn<T>(values: Values, operation: Omit<Operation, 'prefix'>): Promise<T> {
  const client = await connect(values)
  return (await client.ask({ prefix: '/api/vedette/v1', ...operation })) as T
}
