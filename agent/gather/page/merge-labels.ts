/**
 * The labels of a sample and those of its target, together as Prometheus puts them: where both have one, the target's wins
 * and the sample's becomes `exported_…`; unless the sample's are to be honored.
 *
 * @param sample names and values in turn
 */
export function mergeLabels(
  sample: readonly string[],
  target: ReadonlyMap<string, string>,
  honorLabels: boolean,
): Map<string, string> {
  const labels = new Map<string, string>()
  const pushedAside: [string, string][] = []
  for (let at = 0; at < sample.length; at += 2) {
    const name = sample[at]!
    const value = sample[at + 1]!
    if (!honorLabels && target.has(name)) pushedAside.push([name, value])
    else labels.set(name, value)
  }
  for (const [name, value] of target) if (!labels.has(name)) labels.set(name, value)
  for (const [name, value] of pushedAside) {
    if (value === '') continue
    let renamed = `exported_${name}`
    while (labels.has(renamed)) renamed = `exported_${renamed}`
    labels.set(renamed, value)
  }
  return labels
}
