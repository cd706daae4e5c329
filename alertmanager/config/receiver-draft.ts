import { checkValue, type Report } from '#lib/config/check.ts'
import { type Diagnostic, printDiagnostics } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import { reportInto } from '#lib/config/load.ts'
import type { Static } from '#lib/config/schema.ts'
import type { GlobalOptions } from './global.ts'
import { cutUnknown, hideSecrets } from './hide-secrets.ts'
import { fillHoles } from './neutral-values.ts'
import { type ReceiverConfig, readReceivers, receiverSchema } from './receivers/receivers.ts'
import { writtenValues } from './written-values.ts'

export type DraftResult =
  | { readonly ok: true; readonly receiver: ReceiverConfig }
  | { readonly ok: false; readonly problem: string }

/**
 * Reads one receiver, written as an entry of `receivers` is, and checks it as the file would be, with what `global` says
 * there. Reports all problems, with their places.
 */
export function readReceiverDraft(text: string, global: GlobalOptions): DraftResult {
  const document = parseConfigDocument({
    ...{ origin: 'receiver', text, yamlVersion: '1.1' },
    ...{ expand: false, env: {} },
  })
  if (document.problems.length > 0) return { ok: false, problem: printDiagnostics(document.problems) }
  const diagnostics: Diagnostic[] = []
  const diagnose: typeof document.diagnose = (path, message, at) =>
    cutUnknown(receiverSchema, path, document.diagnose(path, message, at))
  const report = reportInto(diagnostics, receiverSchema, diagnose)
  const written = writtenValues(receiverSchema, document, report)
  const checked = fillHoles(receiverSchema, checkValue(receiverSchema, written, [], report))
  // In the file it stands in a list, which the paths of problems begin with.
  const inList: Report = (path, message, at) => report(path.slice(2), message, at)
  const [receiver] = readReceivers([checked as Static<typeof receiverSchema>], global, inList)
  if (diagnostics.length === 0 && receiver !== undefined) return { ok: true, receiver }
  return { ok: false, problem: printDiagnostics(hideSecrets(diagnostics, receiverSchema, written)) }
}
