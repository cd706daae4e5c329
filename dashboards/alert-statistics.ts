import type { DashboardSpec } from './dashboard.ts'
import { PanelFactory } from './panels.ts'
import { clusterVariable, labelVariable, prometheusVariable } from './variables.ts'

const CHOSEN = 'cluster=~"$cluster", alertname=~"$alertname", severity=~"$severity"'
const FIRING = `ALERTS{${CHOSEN}, alertstate="firing"}`

/** What alerts did over time: which fire most, which flap, how long they last. */
export function alertStatisticsDashboard(): DashboardSpec {
  const panels = new PanelFactory()
  return {
    name: 'alert-statistics',
    title: 'Vedette / Alerts / Statistics',
    description: 'Alerts of Prometheus over time: state of each rule, who fires most and longest, and who flaps.',
    variables: [
      prometheusVariable(),
      clusterVariable('ALERTS'),
      labelVariable('severity', 'Severity', { metric: 'ALERTS{cluster=~"$cluster"}' }).allValue('.*'),
      labelVariable('alertname', 'Alert', { metric: 'ALERTS{cluster=~"$cluster", severity=~"$severity"}' }),
    ],
    sections: [
      {
        title: 'Stats',
        panels: [
          panels.stat({
            title: 'Firing',
            description: 'Alerts that fire just now, Watchdog among them. None at all: the rules are not loaded.',
            unit: 'short',
            width: 6,
            queries: [{ expr: `count(${FIRING})` }],
          }),
          panels.stat({
            title: 'Pending',
            description: 'Alerts whose condition holds, but not yet for long enough.',
            unit: 'short',
            width: 6,
            queries: [{ expr: `count(ALERTS{${CHOSEN}, alertstate="pending"}) or vector(0)` }],
          }),
          panels.stat({
            title: 'Rules that fired',
            description: 'Different alerts that fired in the time range.',
            unit: 'short',
            width: 6,
            queries: [{ expr: `count(count by (alertname) (last_over_time(${FIRING}[$__range])))` }],
          }),
          panels.stat({
            title: 'Longest firing',
            description:
              'How long the oldest alert has been active, Watchdog left out. Days: mend it, or change the rule.',
            unit: 's',
            width: 6,
            queries: [
              {
                expr: `max(time() - ALERTS_FOR_STATE{${CHOSEN}, alertname!="Watchdog"} and ignoring (alertstate) ALERTS{${CHOSEN}, alertstate="firing", alertname!="Watchdog"})`,
              },
            ],
          }),
        ],
      },
      {
        title: 'Over time',
        panels: [
          panels.states({
            title: 'State by rule',
            description: 'When each alert was pending and firing. Stripes are flapping: raise `for`, or the limit.',
            unit: 'short',
            names: { 1: { text: 'pending', color: 'yellow' }, 2: { text: 'firing', color: 'red' } },
            queries: [
              {
                expr: `2 * max by (alertname) (${FIRING}) or max by (alertname) (ALERTS{${CHOSEN}, alertstate="pending"})`,
                legend: '{{alertname}}',
              },
            ],
          }),
          panels.graph({
            title: 'Firing alerts by severity',
            description: 'How many alerts fire. A step up tells when it began; critical ones want somebody now.',
            unit: 'short',
            stack: true,
            queries: [{ expr: `count by (severity) (${FIRING})`, legend: '{{severity}}' }],
          }),
          panels.graph({
            title: 'Firing alerts by name',
            description: 'The ten alerts with the most instances. Many of one kind: look for what they have in common.',
            unit: 'short',
            queries: [{ expr: `topk(10, count by (alertname) (${FIRING}))`, legend: '{{alertname}}' }],
          }),
        ],
      },
      {
        title: 'Statistics of the time range',
        panels: [
          panels.table({
            title: 'Top firing by time',
            description:
              'How much of the time range alerts fired, all instances together. Those at the top wear people out: mend, or change the rule.',
            unit: 'short',
            columns: {
              alertname: 'Alert',
              severity: 'Severity',
              'Value #A': 'Evaluations firing',
              'Value #B': 'Instances',
            },
            queries: [
              { expr: `topk(20, sum by (alertname, severity) (count_over_time(${FIRING}[$__range])))` },
              { expr: `count by (alertname, severity) (last_over_time(${FIRING}[$__range]))` },
            ],
          }),
          panels.table({
            title: 'Flapping',
            description:
              'How often alerts became active anew in the time range. More than a few times: raise `for`, or smooth the expression.',
            unit: 'short',
            columns: { alertname: 'Alert', severity: 'Severity', 'Value #A': 'Times' },
            queries: [
              {
                expr: `topk(20, sum by (alertname, severity) (changes(ALERTS_FOR_STATE{${CHOSEN}}[$__range])) > 0)`,
              },
            ],
          }),
          panels.table({
            title: 'Active since',
            description:
              'Alerts that are active now and for how long. The oldest first: somebody should own each of them.',
            unit: 's',
            columns: { alertname: 'Alert', severity: 'Severity', instance: 'Instance', 'Value #A': 'Active for' },
            queries: [{ expr: `time() - min by (alertname, severity, instance) (ALERTS_FOR_STATE{${CHOSEN}})` }],
          }),
          panels.graph({
            title: 'Time to resolve',
            description:
              'How long active alerts have been active, on average, by name: where it falls to zero they were resolved.',
            unit: 's',
            queries: [
              {
                expr: `avg by (alertname) (time() - ALERTS_FOR_STATE{${CHOSEN}, alertname!="Watchdog"})`,
                legend: '{{alertname}}',
              },
            ],
          }),
        ],
      },
    ],
  }
}
