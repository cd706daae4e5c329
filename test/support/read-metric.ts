/** The value of a metric on a page of metrics, summed over its series; throws if the page does not know it. */
export function readMetric(page: string, name: string): number {
  const values = page.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
  // A metric with labels has no series before the first event.
  if (values.length === 0 && !page.includes(`# TYPE ${name} `)) throw new Error(`there is no metric ${name}`)
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
