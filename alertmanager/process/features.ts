/** What `--enable-feature` knows: experiments of upstream's, under its names. */
export const FEATURES = [
  'alert-names-in-metrics',
  'receiver-name-in-metrics',
  'group-key-in-metrics',
  'classic-mode',
  'utf8-strict-mode',
  'auto-gomemlimit',
  'event-recorder',
] as const
export type Feature = (typeof FEATURES)[number]

type FeaturesResult =
  | { readonly ok: true; readonly features: readonly Feature[] }
  | { readonly ok: false; readonly problem: string }

/** Reads a comma list of feature names; the problems are in upstream's words. */
export function parseFeatures(text: string): FeaturesResult {
  const names = text === '' ? [] : text.split(',')
  const unknown = names.find((name) => !isFeature(name))
  if (unknown !== undefined) return { ok: false, problem: `unknown option '${unknown}' for --enable-feature` }
  if (names.includes('classic-mode') && names.includes('utf8-strict-mode')) {
    return { ok: false, problem: 'cannot have both classic and UTF-8 modes enabled' }
  }
  return { ok: true, features: names.filter(isFeature) }
}

/** What is said of a feature that is on when the process starts. */
export const FEATURE_NOTES: Readonly<Record<Feature, string>> = {
  'alert-names-in-metrics': 'metrics name alerts: as many series as there are alert names',
  'receiver-name-in-metrics': 'metrics name receivers: as many series as there are receivers',
  'group-key-in-metrics': 'metrics name groups: as many series as there are groups',
  'classic-mode': 'classic mode: matchers and label names as before release 0.27',
  'utf8-strict-mode': 'UTF-8 strict mode: matchers in the classic grammar only are refused',
  'auto-gomemlimit': "V8 takes the limit of its heap from the container's memory by itself; the ratio changes nothing",
  'event-recorder': 'the event recorder is experimental',
}

function isFeature(name: string): name is Feature {
  return (FEATURES as readonly string[]).includes(name)
}
