import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { notificationData } from '../../../../alertmanager/notify/data.ts'
import { createTemplates } from '../../../../alertmanager/template/create-templates.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { flushed, notificationOf } from '../../support/flushed.ts'
import { AMTOOL, missing } from '../../support/upstream.ts'

interface Vectors {
  /** The dot of every template. */
  readonly data: Readonly<Record<string, string>>
  /** Templates and what html/template makes of them; "newer" ones are as releases of Go since 1.20 have them. */
  readonly vectors: readonly (readonly [source: string, expected: string, since?: 'newer'])[]
}

const path = new URL('../../../fixtures/templates/html-vectors.json', import.meta.url)
const { data: annotations, vectors }: Vectors = JSON.parse(readFileSync(path, 'utf8'))
const templates = createTemplates({ patterns: [], directory: '.', clock: { nowMs: () => 0 } })

/** A notification whose common annotations these are. */
const dataOf = (texts: Readonly<Record<string, string>>) => {
  return notificationData(notificationOf([flushed({ a: 'b' }, { annotations: LabelSet.from(texts) })]), 'http://x')
}

/** The template with the annotations as its dot, below what it defines. */
function onAnnotations(source: string): { readonly definitions: string; readonly body: string } {
  let depth = 0
  let end = 0
  if (source.startsWith('{{ define')) {
    for (const { 0: action, 1: word, index } of source.matchAll(/\{\{ (define|if|end)\b.*?\}\}/g)) {
      depth += word === 'end' ? -1 : 1
      if (depth === 0 && end === 0) end = index + action.length
    }
  }
  const body = `{{ with .CommonAnnotations }}${source.slice(end)}{{ end }}`
  return { definitions: source.slice(0, end), body }
}

test('what html/template makes of templates in all kinds of places', () => {
  assert.ok(vectors.length >= 150)
  const data = dataOf(annotations)
  for (const [source, expected] of vectors) {
    const { definitions, body } = onAnnotations(source)
    assert.equal(templates.html(definitions + body, data), expected, source)
  }
})

test("Debian's amtool makes the same of them", missing(AMTOOL, 'amtool'), (t) => {
  const directory = temporaryDirectory(t)
  const [none, file] = [join(directory, 'none.tmpl'), join(directory, 'data.json')]
  writeFileSync(none, '')
  writeFileSync(file, JSON.stringify({ commonAnnotations: annotations }))
  const known = vectors.filter(([, , since]) => since === undefined)
  const separator = '\n=====\n'
  const parts = known.map(([source]) => onAnnotations(source))
  const text = parts.map(({ definitions }) => definitions).join('') + parts.map(({ body }) => body).join(separator)
  const rendered = execFileSync(
    AMTOOL!,
    [
      'template',
      'render',
      `--template.glob=${none}`,
      '--template.type=html',
      `--template.text=${text}`,
      `--template.data=${file}`,
    ],
    { encoding: 'utf8' },
  )
  assert.deepEqual(
    rendered.split(separator),
    known.map(([, expected]) => expected),
  )
})

test('whatever an annotation says, it starts no script and leaves no place that was made for it', () => {
  const places = vectors
    .map(([source]) => source)
    .filter(
      (source) => !/safeHtml|safeUrl|<script|<textarea|<!--|<!DOCTYPE|<style|<title|<TITLE|define|block/.test(source),
    )
  const page = places.map((source) => onAnnotations(source).body).join('\n')
  const notable = fc.constantFrom(
    '<script>',
    '</script>',
    '"',
    "'",
    '<',
    '>',
    '`',
    'javascript:',
    '&quot;',
    ' onload=x ',
    '\0',
    '\\',
    '%',
    '{{',
    '--',
    'é',
  )
  const value = fc.array(fc.oneof(notable, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 })
  const tagsIn = (html: string) => html.match(/<\/?[a-zA-Z!]/g)?.length
  const usual = tagsIn(templates.html(page, dataOf(annotations)))
  fc.assert(
    fc.property(value, (texts) => {
      const hostile = texts.join('').toWellFormed()
      const filled = Object.fromEntries(
        Object.keys(annotations).map((key) => [key, key === 'empty' ? '' : `x${hostile}`]),
      )
      const html = templates.html(page, dataOf(filled))
      assert.doesNotMatch(html, /<\/?script|href="?'?\s*javascript:[^f]/i)
      assert.equal(tagsIn(html), usual)
    }),
    { numRuns: 50 },
  )
})
