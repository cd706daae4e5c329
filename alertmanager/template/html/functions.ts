import type { Run } from '../exec/run.ts'
import { CallError, type Functions, type TemplateFunction } from '../exec/template-function.ts'
import { sprint } from '../format/printf.ts'
import { toJson } from '../functions/json.ts'
import { SAFE_HTML, SAFE_URL } from '../functions/notification-functions.ts'
import { GoTime } from '../time/go-time.ts'
import { ANY, GoString, indirect, typeOf, type Value } from '../value/value.ts'
import { PRINT_OPERANDS } from './add-escapers.ts'
import { ESCAPER_NAMES } from './escapers-for.ts'
import type { Escaper } from './html-text.ts'
import { describeJsFailure, padJson } from './js-text.ts'
import type { SafeKind } from './safe-text.ts'
import { TEXT_ESCAPERS } from './text-escapers.ts'

/** What the actions of an escaped template call, by names that no author of templates writes. */
export function createEscapers(): Functions {
  const escapers = Object.entries(TEXT_ESCAPERS).map(([name, escaper]) => [name, ofText(escaper)] as const)
  return new Map([
    ...escapers,
    [ESCAPER_NAMES.jsValue, ofAny((args, run) => padJsValue(args, run))],
    [PRINT_OPERANDS, ofAny((args, run) => print(args, run))],
  ])
}

function ofAny(call: TemplateFunction['call']): TemplateFunction {
  return { parameters: [ANY], variadic: true, call }
}

function ofText(escaper: Escaper): TemplateFunction {
  return ofAny((args, run) => {
    const [only = null] = args
    const isAlone = args.length === 1
    if (isAlone && typeof only === 'string') return escaper(only, 'plain')
    if (isAlone && only instanceof GoString) return escaper(only.value, kindOf(only))
    // Nothing is written for nil, where text templates say that there is no value.
    const given = args.filter((arg) => arg !== null)
    return escaper(print(given, run), 'plain')
  })
}

function kindOf({ type }: GoString): SafeKind {
  return type === SAFE_HTML ? 'html' : type === SAFE_URL ? 'url' : 'plain'
}

function print(args: readonly Value[], run: Run): string {
  return sprint(args.map(indirect), { charge: run.account() })
}

/** A value as a JavaScript expression. */
function padJsValue(args: readonly Value[], run: Run): string {
  try {
    return padJson(toJson(args.length === 1 ? textIfAny(args[0]!) : print(args, run), run.account()))
  } catch (error) {
    if (error instanceof CallError) return describeJsFailure(error.message)
    throw error
  }
}

/** What has a text and no JSON of its own is its text. */
function textIfAny(value: Value): Value {
  const text = value instanceof GoTime ? undefined : typeOf(value)?.text
  return text === undefined ? value : text(value)
}
