import { ZERO_TIME } from '../../alertmanager/moment.ts'
import type { Values } from './command-line/grammar.ts'
import { connect } from './connection.ts'
import { parseRfc3339 } from './format/time.ts'
import { matcherModeOf, readPairs, withAlertname } from './matchers.ts'
import { print } from './print.ts'

const STATES = ['active', 'inhibited', 'silenced', 'unprocessed'] as const

/** `alert query`: alerts in some states, those that are active unless told. */
export async function queryAlerts(values: Values): Promise<void> {
  const filters = withAlertname(values.texts('matcher-groups'), matcherModeOf(values))
  const isTold = STATES.some((state) => values.isOn(state))
  const query = new URLSearchParams(filters.map((filter) => ['filter', filter]))
  for (const state of STATES) query.set(state, String(isTold ? values.isOn(state) : state === 'active'))
  const receiver = values.text('receiver')
  if (receiver !== undefined) query.set('receiver', receiver)
  const client = await connect(values)
  const alerts = await client.alerts(query)
  await print(values, (formatter) => formatter.alerts(alerts))
}

/** `alert add`: an alert by its labels. */
export async function addAlert(values: Values): Promise<void> {
  const mode = matcherModeOf(values)
  const labels = readPairs(
    withAlertname(values.texts('labels'), mode),
    mode,
    'labels must be specified as key=value pairs',
  )
  const annotations = readPairs(values.texts('annotation'), mode, 'annotations must be specified as key=value pairs')
  const time = async (name: string) => {
    const text = values.text(name)
    return text === undefined || text === '' ? ZERO_TIME.replace('Z', '.000Z') : await parseRfc3339(text)
  }
  const times = { startsAt: await time('start'), endsAt: await time('end') }
  const generatorURL = values.text('generator-url')
  const client = await connect(values)
  await client.postAlerts([{ annotations, ...times, labels, ...(generatorURL === undefined ? {} : { generatorURL }) }])
}
