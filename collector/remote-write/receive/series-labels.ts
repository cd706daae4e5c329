import { compareUtf8 } from '#lib/labels.ts'

/** The labels of one series as they come, and what they are. Used again for the next. */
export class SeriesLabels {
  /** Names and values in turn; sorted, without `__name__` and without empty values once {@link arrange} was called. */
  readonly labels: string[] = []
  name = ''
  job = ''
  instance = ''
  node = ''
  hasLe = false
  hasQuantile = false
  #isBroken = false

  clear(): void {
    this.labels.length = 0
    this.name = ''
    this.job = ''
    this.instance = ''
    this.node = ''
    this.hasLe = false
    this.hasQuantile = false
    this.#isBroken = false
  }

  /** @param name undefined, as the value, if it is not UTF-8 */
  add(name: string | undefined, value: string | undefined): void {
    if (name === undefined || value === undefined || name === '') {
      this.#isBroken = true
      return
    }
    if (value === '') return
    switch (name) {
      case '__name__':
        if (this.name !== '') this.#isBroken = true
        this.name = value
        return
      case 'job':
        this.job = value
        break
      case 'instance':
        this.instance = value
        break
      case 'node':
        this.node = value
        break
      case 'le':
        this.hasLe = true
        break
      case 'quantile':
        this.hasQuantile = true
        break
    }
    this.labels.push(name, value)
  }

  /** Sorts them; false if they are none: without a name, one of them twice, or not UTF-8. */
  arrange(): boolean {
    if (this.#isBroken || this.name === '') return false
    const { labels } = this
    let isSorted = true
    for (let at = 2; at < labels.length && isSorted; at += 2) {
      isSorted = compareUtf8(labels[at - 2]!, labels[at]!) < 0
    }
    return isSorted || this.#sort()
  }

  #sort(): boolean {
    const { labels } = this
    const pairs: [string, string][] = []
    for (let at = 0; at < labels.length; at += 2) pairs.push([labels[at]!, labels[at + 1]!])
    pairs.sort(([a], [b]) => compareUtf8(a, b))
    for (const [index, [name, value]] of pairs.entries()) {
      if (index > 0 && name === pairs[index - 1]![0]) return false
      labels[2 * index] = name
      labels[2 * index + 1] = value
    }
    return true
  }
}
