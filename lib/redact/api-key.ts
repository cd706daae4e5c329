import { byteClass, runEnd } from './byte-class.ts'
import type { Anchor, AnchoredDetector } from './detector.ts'
import type { Subject } from './subject.ts'

interface KeyForm {
  readonly prefix: string
  /** What follows the prefix. */
  readonly table: Uint8Array
  /** How many bytes of it there are at least. */
  readonly shortest: number
}

const WORD = byteClass('A-Za-z0-9_-')
const ALNUM = byteClass('A-Za-z0-9')
const DOTTED = byteClass('A-Za-z0-9_.-')
const CAPITAL = byteClass('A-Z0-9')
const HEX = byteClass('a-fA-F0-9')

const forms = (prefixes: string, table: Uint8Array, shortest: number): readonly KeyForm[] =>
  prefixes.split(' ').map((prefix) => ({ prefix, table, shortest }))

/** Keys that tell by how they begin whose they are, as their issuers document them. */
const FORMS: readonly KeyForm[] = [
  // AWS access key ids. The secret that goes with one has no form of its own; it is found by its name.
  ...forms('AKIA ASIA ABIA ACCA', CAPITAL, 16),
  ...forms('ghp_ gho_ ghu_ ghs_ ghr_', ALNUM, 30),
  ...forms('github_pat_', WORD, 30),
  ...forms('glpat- gldt- glrt- glcbt- glptt- glft- glagent- gloas-', DOTTED, 20),
  ...forms('xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xapp-', WORD, 10),
  ...forms('sk_live_ sk_test_ rk_live_ rk_test_ whsec_', ALNUM, 16),
  // Google: API keys, OAuth secrets and tokens.
  ...forms('AIza', WORD, 35),
  ...forms('GOCSPX- ya29.', WORD, 20),
  ...forms('sk-ant- sk-proj- sk-svcacct- sk-or-', WORD, 20),
  ...forms('npm_', ALNUM, 36),
  ...forms('pypi-AgE', WORD, 50),
  // Vault: service, batch and recovery tokens.
  ...forms('hvs. hvb. hvr.', WORD, 20),
  ...forms('dop_v1_ doo_v1_ dor_v1_', HEX, 64),
  ...forms('shpat_ shpss_ shppa_ shpca_', HEX, 32),
  ...forms('glsa_ glc_', WORD, 32),
  ...forms('SG.', DOTTED, 40),
  ...forms('NRAK-', CAPITAL, 27),
  ...forms('ATATT3', WORD, 40),
]

/** One detector for each class of bytes: what is within a key of the same class ends where that does. */
export function createApiKeyDetectors(): readonly AnchoredDetector[] {
  return [...Map.groupBy(FORMS, ({ table }) => table).values()].map((forms) => new ApiKeyDetector(forms))
}

/** Keys of well-known services, by their prefixes. */
class ApiKeyDetector implements AnchoredDetector {
  readonly anchors: readonly Anchor[]
  readonly #forms: readonly KeyForm[]

  constructor(forms: readonly KeyForm[]) {
    this.anchors = forms.map(({ prefix }) => ({ text: prefix }))
    this.#forms = forms
  }

  detect({ bytes, start, end, spans }: Subject, at: number, anchor: number, kind: number): number {
    const { prefix, table, shortest } = this.#forms[anchor]!
    const from = at + prefix.length
    // In the middle of another word it is one by chance.
    if (at > start && ALNUM[bytes[at - 1]!] === 1) return 0
    const to = runEnd(bytes, from, end, table)
    if (to - from < shortest) return 0
    spans.add(at, to, kind)
    return to
  }
}
