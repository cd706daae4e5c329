/** What the author of a template vouches for: `safeHtml` makes HTML of a text, `safeUrl` a URL. */
export type SafeKind = 'plain' | 'html' | 'url'

/** Stands where an unsafe value was kept out. It means nothing in any language, and is found by a search. */
export const UNSAFE = 'ZgotmplZ'
