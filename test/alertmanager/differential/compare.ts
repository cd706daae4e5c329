import { type Told, type Transcript, textOf } from './transcript.ts'

/** Something that the two sides said differently: where, and what each of them said. */
export interface Found {
  readonly field: string
  readonly theirs: string
  readonly ours: string
}

export const NOTHING = 'nothing'

/** All that two transcripts of one story have not in common; and that one of them has no end. */
export function compare(ours: Transcript, theirs: Transcript): readonly Found[] {
  const isTold = ours.failure === undefined && theirs.failure === undefined
  const failure = { field: 'the story', theirs: theirs.failure ?? NOTHING, ours: ours.failure ?? NOTHING }
  return [...(isTold ? [] : [failure]), ...compareTold(ours, theirs), ...compareAnswers(ours, theirs)]
}

function compareTold(ours: Transcript, theirs: Transcript): readonly Found[] {
  const keys = new Set([...theirs.told.keys(), ...ours.told.keys()])
  return [...keys].flatMap((key) => {
    const [our, their] = [ours.told.get(key) ?? [], theirs.told.get(key) ?? []]
    return aligned(our, their).flatMap(([ourTold, theirTold]) => {
      if (ourTold !== undefined && theirTold !== undefined) {
        return compareValues(`${key}: ${ourTold.summary}`, ourTold.body, theirTold.body)
      }
      return [{ field: key, theirs: theirTold?.summary ?? NOTHING, ours: ourTold?.summary ?? NOTHING }]
    })
  })
}

function compareAnswers(ours: Transcript, theirs: Transcript): readonly Found[] {
  const count = Math.max(ours.answers.length, theirs.answers.length)
  return Array.from({ length: count }, (_, index) => {
    const [our, their] = [ours.answers[index], theirs.answers[index]]
    if (our?.asked === their?.asked) return compareValues(our!.asked, our!.answer, their!.answer)
    return [{ field: `answer ${index}`, theirs: their?.asked ?? NOTHING, ours: our?.asked ?? NOTHING }]
  }).flat()
}

type Pair = readonly [ours: Told | undefined, theirs: Told | undefined]

/** Pairs what both told in the same order; what one told and the other did not stands alone. */
function aligned(ours: readonly Told[], theirs: readonly Told[]): readonly Pair[] {
  const isSame = (i: number, j: number) => ours[i]!.summary === theirs[j]!.summary
  // The most pairs that the rest of both can make, from each place on.
  const most = Array.from({ length: ours.length + 1 }, () => new Array<number>(theirs.length + 1).fill(0))
  for (let i = ours.length - 1; i >= 0; i--) {
    for (let j = theirs.length - 1; j >= 0; j--) {
      most[i]![j] = isSame(i, j) ? most[i + 1]![j + 1]! + 1 : Math.max(most[i + 1]![j]!, most[i]![j + 1]!)
    }
  }
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < ours.length || j < theirs.length) {
    if (i < ours.length && j < theirs.length && isSame(i, j)) pairs.push([ours[i++], theirs[j++]])
    else if (j === theirs.length || (i < ours.length && most[i + 1]![j]! >= most[i]![j + 1]!))
      pairs.push([ours[i++], undefined])
    else pairs.push([undefined, theirs[j++]])
  }
  return pairs
}

function compareValues(field: string, ours: unknown, theirs: unknown): readonly Found[] {
  if (isObject(ours) && isObject(theirs) && Array.isArray(ours) === Array.isArray(theirs)) {
    const names = new Set([...Object.keys(theirs), ...Object.keys(ours)])
    return [...names].flatMap((name) => compareValues(`${field} > ${name}`, ours[name], theirs[name]))
  }
  return ours === theirs ? [] : [{ field, theirs: shown(theirs), ours: shown(ours) }]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** A value as a list of differences shows it: what is only on one side, in short. */
function shown(value: unknown): string {
  if (value === undefined) return NOTHING
  if (!isObject(value)) return JSON.stringify(value)
  const { alerts, labels, id, status } = value
  if (Array.isArray(alerts)) return `group of ${alerts.map((alert: unknown) => shown(alert)).join(', ')}`
  if (isObject(labels)) return textOf(labels)
  return isObject(status) ? `${id}, ${status.state}` : JSON.stringify(value)
}
