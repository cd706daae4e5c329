import { agentStageSections } from './agent-stages.ts'
import type { DashboardSpec } from './dashboard.ts'
import { LIMITS } from './limits.ts'
import { PanelFactory } from './panels.ts'
import { processSection } from './process.ts'
import { TARGET } from './selectors.ts'
import { prometheusVariable, targetVariables } from './variables.ts'

const rate = (metric: string) => `rate(vedette_agent_${metric}{${TARGET}}[$__rate_interval])`
const sum = (metric: string) => `sum(${rate(metric)})`
const of = (metric: string) => `vedette_agent_${metric}{${TARGET}}`

/** How the agents do: is everything read, is everything delivered, and where does it wait. */
export function agentDashboard(): DashboardSpec {
  const panels = new PanelFactory()
  return {
    name: 'agent',
    title: 'Vedette / Agent',
    description: 'Agents on nodes: what they read, ship and drop, and how far delivery is behind.',
    variables: [prometheusVariable(), ...targetVariables('vedette_agent_build_info')],
    marks: [
      {
        name: 'Starts',
        expr: `changes(process_start_time_seconds{${TARGET}}[2m]) > 0`,
        title: 'Started: {{instance}}',
        color: 'orange',
      },
      {
        name: 'New versions',
        expr: `vedette_agent_build_info{${TARGET}} unless vedette_agent_build_info{${TARGET}} offset 2m`,
        title: '{{instance}} runs {{version}}',
        color: 'blue',
      },
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Agents',
            description: 'Agents that answer scrapes. Should be the number of nodes; if not, look at the DaemonSet.',
            unit: 'short',
            queries: [{ expr: `count(${of('build_info')})` }],
          }),
          panels.stat({
            title: 'Containers',
            description: 'Containers whose logs are read. A sudden fall says that directories are not found any more.',
            unit: 'short',
            queries: [{ expr: `sum(${of('containers')})` }],
          }),
          panels.stat({
            title: 'Records read',
            description: 'Records that are read per second. Zero while containers write: look at unreadable files.',
            unit: 'ops',
            queries: [{ expr: sum('records_read_total') }],
          }),
          panels.stat({
            title: 'Records acknowledged',
            description:
              'Records that collectors took per second. Lower than what is read: look at failures of requests.',
            unit: 'ops',
            queries: [{ expr: sum('records_acknowledged_total') }],
          }),
          panels.stat({
            title: 'Largest delay',
            description:
              'Age of the oldest record of any agent that is not acknowledged. See delivery behind, in time.',
            unit: 's',
            limit: LIMITS.agentLagSeconds,
            queries: [{ expr: `max(${of('seconds_behind')})` }],
          }),
          panels.stat({
            title: 'Bytes behind',
            description: 'Bytes of log files that are not acknowledged. If they grow: collectors are slow or away.',
            unit: 'bytes',
            queries: [{ expr: `sum(${of('bytes_behind')})` }],
          }),
          panels.stat({
            title: 'Drops',
            description: 'Records given up per second, for any reason. See dropped records by reason.',
            unit: 'ops',
            queries: [{ expr: `${sum('records_dropped_total')} or vector(0)` }],
          }),
          panels.stat({
            title: 'Versions',
            description: 'Versions that run at once: one, unless a rollout is under way. See agents by version.',
            unit: 'short',
            queries: [{ expr: `count(count by (version) (${of('build_info')}))` }],
          }),
        ],
      },
      {
        title: 'Overview',
        panels: [
          panels.graph({
            title: 'Agents up',
            description:
              '1 while an agent answers scrapes. At 0: `kubectl -n vedette get pods -o wide`, then the log of the pod.',
            unit: 'bool',
            max: 1,
            queries: [{ expr: `up{${TARGET}}`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Agents by version',
            description: 'Nodes by version of the agent. Two for long: a rollout hangs; see `kubectl rollout status`.',
            unit: 'short',
            stack: true,
            queries: [{ expr: `count by (version) (${of('build_info')})`, legend: '{{version}}' }],
          }),
          panels.graph({
            title: 'Records read, acknowledged and dropped',
            description:
              'Acknowledged should follow read. A gap that stays is a backlog: look at requests and their failures.',
            unit: 'ops',
            queries: [
              { expr: sum('records_read_total'), legend: 'read' },
              { expr: sum('records_acknowledged_total'), legend: 'acknowledged' },
              { expr: sum('records_dropped_total'), legend: 'dropped' },
            ],
          }),
          panels.graph({
            title: 'Dropped records by reason',
            description:
              'Rules and rate limits drop what they were told to; `rejected` and others are losses: see the log of the agent and the dead letters on its node.',
            unit: 'ops',
            stack: true,
            queries: [{ expr: `sum by (reason) (${rate('records_dropped_total')})`, legend: '{{reason}}' }],
          }),
          panels.graph({
            title: 'Delivery behind, in time',
            description:
              'Age of the oldest record that is not acknowledged, of the ten worst agents. Rising on all: the collectors; on one: its node. `vedette top` in the pod shows which container.',
            unit: 's',
            limit: LIMITS.agentLagSeconds,
            queries: [{ expr: `topk(10, ${of('seconds_behind')})`, legend: '{{instance}}' }],
          }),
          panels.graph({
            title: 'Delivery behind, in bytes',
            description:
              'Bytes that are not acknowledged, of the ten worst agents. If they do not fall, ship from more workers or raise the collectors.',
            unit: 'bytes',
            queries: [{ expr: `topk(10, ${of('bytes_behind')})`, legend: '{{instance}}' }],
          }),
          panels.table({
            title: 'Containers farthest behind',
            description:
              'Containers with the most bytes that are not acknowledged. One alone: it writes more than is fair; give it a rate limit.',
            unit: 'bytes',
            width: 24,
            columns: {
              namespace: 'Namespace',
              pod: 'Pod',
              container: 'Container',
              instance: 'Agent',
              'Value #A': 'Bytes behind',
              'Value #B': 'Age',
            },
            units: { Age: 's' },
            queries: [
              { expr: `topk(20, sum by (namespace, pod, container, instance) (${of('container_bytes_behind')}))` },
              {
                expr: `max by (namespace, pod, container, instance) (${of('container_seconds_behind')})`,
              },
            ],
            links: [
              {
                title: 'Logs of the pod',
                url: '/d/vedette-logs-overview?var-namespace=${__data.fields.Namespace}&var-pod=${__data.fields.Pod}&${__url_time_range}',
              },
            ],
          }),
        ],
      },
      ...agentStageSections(panels),
      processSection(),
    ],
  }
}
