/** Parts of a configuration, in YAML. */
export interface RouterYaml {
  readonly groupBy?: string
  readonly wait?: string
  readonly interval?: string
  readonly repeat?: string
  /** Further keys of the root, in flow style. */
  readonly root?: string
  /** The routes below the root, in flow style. */
  readonly routes?: readonly string[]
  /** Further keys of the webhook of `team`, in flow style. */
  readonly hook?: string
  /** Further receivers, in flow style. */
  readonly receivers?: readonly string[]
  /** Further sections. */
  readonly sections?: string
}

/**
 * A configuration that tells `team` at hook.test; there are also `other` at other.test and `nobody`, who is not told.
 */
export function routerYaml(yaml: RouterYaml = {}): string {
  const { groupBy = '[alertname]', wait = '30s', interval = '5m', repeat = '4h', root, hook, sections = '' } = yaml
  const timers = `group_wait: ${wait}, group_interval: ${interval}, repeat_interval: ${repeat}`
  const routes = (yaml.routes ?? []).map((route) => `{${route}}`).join(', ')
  return `
route: {receiver: team, group_by: ${groupBy}, ${timers}, routes: [${routes}]${inFlow(root)}}
receivers:
  - {name: team, webhook_configs: [{url: 'http://hook.test/'${inFlow(hook)}}]}
  - {name: other, webhook_configs: [{url: 'http://other.test/'}]}
  - {name: nobody}
${(yaml.receivers ?? []).map((receiver) => `  - {${receiver}}\n`).join('')}${sections}
`
}

function inFlow(keys: string | undefined): string {
  return keys === undefined ? '' : `, ${keys}`
}
