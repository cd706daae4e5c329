/** A field of a mapping. */
export interface Field {
  readonly type?: string
  readonly path?: string
  readonly properties?: Readonly<Record<string, Field>>
}

/** Type of each field by its full name, an alias with what it stands for. Dots in names are levels, as a server has it. */
export function fieldTypes(properties: Readonly<Record<string, Field>>, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(properties).flatMap(([name, { type, path, properties: children }]) => {
      if (children !== undefined) return [...fieldTypes(children, `${prefix}${name}.`)]
      return [[prefix + name, path === undefined ? type! : `${type} of ${path}`] as const]
    }),
  )
}
