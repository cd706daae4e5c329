import type { Matcher } from 're2js'

/** `$1`, `${1}`, `$name`, `${name}` and `$$` in a template, as Go's `Regexp.Expand` takes them: a group there is not is empty. */
export function expandTemplate(template: string, matcher: Matcher): string {
  if (!template.includes('$')) return template
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$'
    return groupOf(matcher, braced ?? bare ?? '')
  })
}

function groupOf(matcher: Matcher, name: string): string {
  if (/^\d+$/.test(name)) {
    const index = Number(name)
    return index <= matcher.groupCount() ? (matcher.group(index) ?? '') : ''
  }
  try {
    return matcher.group(name) ?? ''
  } catch {
    // There is no group of this name.
    return ''
  }
}
