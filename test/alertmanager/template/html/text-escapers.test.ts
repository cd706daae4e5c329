import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { describeJsFailure, padJson } from '../../../../alertmanager/template/html/js-text.ts'
import type { SafeKind } from '../../../../alertmanager/template/html/safe-text.ts'
import { TEXT_ESCAPERS } from '../../../../alertmanager/template/html/text-escapers.ts'

type Name = keyof typeof TEXT_ESCAPERS extends `_html_template_${infer N}` ? N : never

const escaped = (name: Name, text: string, kind: SafeKind = 'plain') =>
  TEXT_ESCAPERS[`_html_template_${name}`](text, kind)

/** Pairs of a text and what the escaper makes of it. */
function expectAll(name: Name, pairs: Readonly<Record<string, string>>, kind?: SafeKind): void {
  for (const [text, expected] of Object.entries(pairs)) {
    assert.equal(escaped(name, text, kind), expected, `${name} ${kind} ${text}`)
  }
}

test('HTML', () => {
  expectAll('htmlescaper', { '<b> & "c" \'d\' +\0é': '&lt;b&gt; &amp; &#34;c&#34; &#39;d&#39; &#43;\ufffdé' })
  expectAll('htmlescaper', { '<b>&amp;': '<b>&amp;' }, 'html')
  expectAll('htmlescaper', { '<b>': '&lt;b&gt;' }, 'url')
  expectAll('rcdataescaper', { '<b>&amp;': '&lt;b&gt;&amp;' }, 'html')
  expectAll(
    'attrescaper',
    {
      '<b>x</b>&amp;"': 'x&amp;&#34;',
      'a<!-- b -->c': 'ac',
      '<p title="<i>">x<script>y</script>z': 'xz',
      'a < b': 'a &lt; b',
      '<a title=x>y': 'y',
      '<a title="x': '',
    },
    'html',
  )
  expectAll('nospaceescaper', {
    '': 'ZgotmplZ',
    'a b=`c`\0\v\ufdd0': 'a&#32;b&#61;&#96;c&#96;&#xfffd;&#11;&#xfdd0;',
  })
  expectAll('nospaceescaper', { '<b>x y</b>&amp;': 'x&#32;y&amp;' }, 'html')
  expectAll('htmlnamefilter', {
    TITLE: 'title',
    '': 'ZgotmplZ',
    onclick: 'ZgotmplZ',
    href: 'ZgotmplZ',
    style: 'ZgotmplZ',
    'a b': 'ZgotmplZ',
    'data-x': 'ZgotmplZ',
    type: 'ZgotmplZ',
  })
  expectAll('commentescaper', { '-->': '' })
})

test('URLs', () => {
  expectAll('urlfilter', {
    'http://h/': 'http://h/',
    'HTTPS:x': 'HTTPS:x',
    'mailto:a': 'mailto:a',
    '/a:b': '/a:b',
    'a/b:c': 'a/b:c',
    'javascript:alert(1)': '#ZgotmplZ',
    'java\nscript:x': '#ZgotmplZ',
    ' http:x': '#ZgotmplZ',
    'data:text/html,x': '#ZgotmplZ',
    ':x': '#ZgotmplZ',
    '': '',
  })
  expectAll('urlfilter', { 'javascript:x': 'javascript:x' }, 'url')
  expectAll('urlnormalizer', {
    'a b?c=d&e=%20%2G%zz"\'()é\u212a': 'a%20b?c=d&e=%20%252G%25zz%22%27%28%29%c3%a9%e2%84%aa',
  })
  expectAll('urlescaper', { 'a b?c=d&e=%20/~_-.': 'a%20b%3fc%3dd%26e%3d%2520%2f~_-.' })
  expectAll('urlescaper', { 'a b?c=d&e=%20': 'a%20b?c=d&e=%20' }, 'url')
  expectAll('srcsetescaper', {
    '/a b, /c 2x': '/a b, /c 2x',
    'javascript:x 1x,/é.png 2x': '#ZgotmplZ,/%c3%a9.png 2x',
    '/a 1.5x': '#ZgotmplZ',
    ' /a  ,': ' /a  ,',
  })
  expectAll('srcsetescaper', { 'javascript:x,y': 'javascript:x%2cy' }, 'url')
})

test('JavaScript', () => {
  expectAll('jsstrescaper', {
    'a"\'`<>&/\\+\n\r\t\f\v\0\x07\u2028é{$}':
      'a\\u0022\\u0027\\u0060\\u003c\\u003e\\u0026\\/\\\\\\u002b\\n\\r\\t\\f\\u000b\\u0000\\u0007\\u2028é{$}',
  })
  expectAll('jstmpllitescaper', { '${a}`': '\\u0024\\u007ba\\u007d\\u0060' })
  expectAll('jsregexpescaper', {
    '': '(?:)',
    'a.b*[c](d)-{e}$^|?/\\+`': 'a\\.b\\*\\[c\\]\\(d\\)\\-\\{e\\}\\$\\^\\|\\?\\/\\\\\\u002b`',
  })
  assert.equal(padJson('1'), ' 1 ')
  assert.equal(padJson('"a\u2028"'), '"a\\u2028"')
  assert.equal(padJson('[1]'), '[1]')
  assert.equal(describeJsFailure('a */ </script <!-- b'), ' /* a * / \\x3C/script \\x3C!-- b */null ')
})

test('CSS', () => {
  expectAll('cssescaper', {
    'a"b': 'a\\22 b',
    '"z': '\\22z',
    '(': '\\28 ',
    'a\\b': 'a\\\\b',
    '</style>\n': '\\3c\\2fstyle\\3e \\a ',
    '{:;}&': '\\7b\\3a\\3b\\7d\\26 ',
  })
  expectAll('cssvaluefilter', {
    '#fff': '#fff',
    '10px !important': '10px !important',
    red: 'red',
    'a--b': 'ZgotmplZ',
    'url(x)': 'ZgotmplZ',
    'exp\\72 ession': 'ZgotmplZ',
    'ex pression': 'ZgotmplZ',
    '-moz-Binding': '-moz-Binding',
    MozBinding: 'ZgotmplZ',
    '\\3c b': 'ZgotmplZ',
    '\\110000': '\u{11000}0',
    'a;b': 'ZgotmplZ',
    é: 'é',
  })
})

test('nothing that means something in its place comes out of an escaper', () => {
  const notable = fc.constantFrom(
    ...'<>"\'`&\\/ \n\0({[;:,-$}=',
    '</script',
    '<!--',
    '-->',
    'javascript:',
    '\u2028',
    '\\22 ',
    '%',
  )
  const text = fc
    .array(fc.oneof(notable, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 })
    .map((parts) => parts.join(''))
  const never: Readonly<Record<Exclude<Name, 'srcsetescaper' | 'urlfilter' | 'cssvaluefilter'>, RegExp>> = {
    attrescaper: /[<>"'\0]/,
    commentescaper: /./s,
    cssescaper: /[\0\n\f\r"&'()/:;<>{}]/,
    htmlnamefilter: /[^0-9a-zA-Z]/,
    htmlescaper: /[<>"'\0]/,
    jsregexpescaper: /[\n\r"'<>&\u2028\u2029\0]|(?<!\\)(?:\\\\)*[/()*[\]]/,
    jsstrescaper: /[\n\r"'<>&`\u2028\u2029\0]/,
    jstmpllitescaper: /[\n\r"'<>&`${}\u2028\u2029\0]/,
    nospaceescaper: /[<>"'`=\s\0]/,
    rcdataescaper: /[<>"'\0]/,
    urlescaper: /[^%\w.~-]/,
    urlnormalizer: /[^\w.~%!#$&*+,/:;=?@[\]-]/,
  }
  fc.assert(
    fc.property(text, (value) => {
      for (const [name, pattern] of Object.entries(never)) {
        const found = name === 'jsregexpescaper' && value === '' ? '' : escaped(name as Name, value.toWellFormed())
        // Spaces that are none to HTML may stay in a value without quotes.
        assert.doesNotMatch(name === 'nospaceescaper' ? found.replace(/[^\S \t\n\v\f\r]/g, '') : found, pattern, name)
      }
      assert.match(escaped('urlfilter', value), /^(?:https?:|mailto:|#ZgotmplZ$|[^:]*$|[^:]*\/)/i)
    }),
    { numRuns: 300 },
  )
})
