const SCRIPT_TYPES: ReadonlySet<string> = new Set([
  '',
  'module',
  ...['ecmascript', 'javascript', 'json', 'ld+json', 'x-ecmascript', 'x-javascript'].map(
    (type) => `application/${type}`,
  ),
  ...['ecmascript', 'javascript', 'jscript', 'livescript', 'x-ecmascript', 'x-javascript'].map(
    (type) => `text/${type}`,
  ),
  ...[0, 1, 2, 3, 4, 5].map((minor) => `text/javascript1.${minor}`),
])

/** Whether what a `script` of this type holds is JavaScript, or JSON. */
export function isScriptType(type: string): boolean {
  const [name = ''] = type.split(';', 1)
  return SCRIPT_TYPES.has(name.toLowerCase().trim())
}
