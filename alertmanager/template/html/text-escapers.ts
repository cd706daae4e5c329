import { escapeCss, filterCssValue } from './css-text.ts'
import { type EscaperName, ESCAPER_NAMES as N } from './escapers-for.ts'
import {
  dropInComment,
  type Escaper,
  escapeAttribute,
  escapeHtml,
  escapeRcdata,
  escapeUnquoted,
  filterAttributeName,
} from './html-text.ts'
import { escapeJsRegexp, escapeJsString, escapeJsTemplate } from './js-text.ts'
import { escapeUrl, filterSrcset, filterUrl, normalizeUrlText } from './url-text.ts'

/** The escapers that work on texts: all but that of JavaScript values. */
export const TEXT_ESCAPERS: Readonly<Record<Exclude<EscaperName, typeof N.jsValue>, Escaper>> = {
  [N.attribute]: escapeAttribute,
  [N.comment]: dropInComment,
  [N.css]: escapeCss,
  [N.cssValue]: filterCssValue,
  [N.attributeName]: filterAttributeName,
  [N.html]: escapeHtml,
  [N.jsRegexp]: escapeJsRegexp,
  [N.jsString]: escapeJsString,
  [N.jsTemplate]: escapeJsTemplate,
  [N.unquoted]: escapeUnquoted,
  [N.rcdata]: escapeRcdata,
  [N.srcset]: filterSrcset,
  [N.url]: escapeUrl,
  [N.urlFilter]: filterUrl,
  [N.urlNormalizer]: normalizeUrlText,
}
