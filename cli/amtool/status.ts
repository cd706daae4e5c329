import type { Values } from './command-line/grammar.ts'
import { connect } from './connection.ts'
import { print } from './print.ts'

/** `cluster show`. */
export async function showCluster(values: Values): Promise<void> {
  const { cluster } = await (await connect(values)).status()
  await print(values, (formatter) => formatter.cluster(cluster))
}

/** `config show`. */
export async function showConfig(values: Values): Promise<void> {
  const status = await (await connect(values)).status()
  await print(values, (formatter) => formatter.config(status))
}
