import { isAscii } from 'node:buffer'
import { readFlatMapping } from '#lib/flat-mapping.ts'
import { LabelSet } from '#lib/labels.ts'
import { type Moment, parseMoment } from '../moment.ts'
import { MAX_ALERTS } from './alert-limits.ts'
import { AlertScanner } from './alert-scanner.ts'
import { Interner } from './interner.ts'
import { Latest } from './latest.ts'
import { isRequestUri, type PostableAlert } from './postable-alerts.ts'

/** What cannot be taken this way; thrown and caught in this file only. */
class NotPlain extends Error {}

/** Alerts that are sent together end together. */
const MOST_TIMES = 10_000

/** Decodes bodies whose alerts were mostly seen before, as those of Prometheus are. */
export class KnownAlerts {
  readonly #labels: Interner<LabelSet>
  readonly #annotations: Interner<LabelSet>
  readonly #urls: Latest<string>
  readonly #startTimes: Latest<Moment>
  readonly #endTimes: Latest<Moment>

  /** @param generationSize how many different mappings are remembered at once, twice */
  constructor(generationSize: number) {
    const readMapping = (key: string, bytes: Buffer): LabelSet => {
      const labels = LabelSet.readJson(isAscii(bytes) ? key : bytes.toString())
      if (labels === undefined) throw new NotPlain()
      return labels
    }
    const keyIn = (labels: LabelSet) => labels.writtenAs
    const readLabels = (key: string, bytes: Buffer) =>
      readMapping(key, bytes)
        .filter((_name, value) => value !== '')
        .compact()
    const readAnnotations = (key: string, bytes: Buffer) => readMapping(key, bytes).compact()
    this.#labels = new Interner(readLabels, generationSize, keyIn)
    this.#annotations = new Interner(readAnnotations, generationSize, keyIn)
    this.#urls = new Latest(new Interner((_key, bytes) => readUrl(bytes), generationSize))
    const times = new Interner((_key, bytes) => readTime(bytes), Math.min(generationSize, MOST_TIMES))
    this.#startTimes = new Latest(times)
    this.#endTimes = new Latest(times)
  }

  /** The alerts of a body, one too many at most, or undefined if it is for the real parser to read, or to refuse. */
  decode(body: Buffer): readonly PostableAlert[] | undefined {
    const scanner = new AlertScanner(body)
    const alerts: PostableAlert[] = []
    try {
      while (alerts.length <= MAX_ALERTS && scanner.next()) alerts.push(this.#read(body, scanner))
    } catch (error) {
      if (error instanceof NotPlain) return undefined
      throw error
    }
    return scanner.isPlain ? alerts : undefined
  }

  #read(body: Buffer, { labels, annotations, startsAt, endsAt, generatorURL }: AlertScanner): PostableAlert {
    return {
      labels: this.#labels.get(body, labels.from, labels.to),
      annotations:
        annotations.from < 0 ? LabelSet.empty : this.#annotations.get(body, annotations.from, annotations.to),
      startsAt: startsAt.from < 0 ? undefined : this.#startTimes.get(body, startsAt.from, startsAt.to),
      endsAt: endsAt.from < 0 ? undefined : this.#endTimes.get(body, endsAt.from, endsAt.to),
      generatorUrl: generatorURL.from < 0 ? '' : this.#urls.get(body, generatorURL.from, generatorURL.to),
    }
  }
}

function readText(bytes: Buffer): string {
  const [[, text] = []] = readFlatMapping(`{"":"${bytes}"}`) ?? []
  if (text === undefined) throw new NotPlain()
  return text
}

function readUrl(bytes: Buffer): string {
  const url = readText(bytes)
  if (url !== '' && !isRequestUri(url)) throw new NotPlain()
  return url
}

function readTime(bytes: Buffer): Moment {
  const moment = parseMoment(readText(bytes))
  if (moment === undefined) throw new NotPlain()
  return moment
}
