/** Prometheus' text format 0.0.4, or OpenMetrics 1.0. */
export type ExpositionFormat = 'text' | 'openmetrics'
export type ContentCoding = 'identity' | 'gzip'

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
}

interface Choice {
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/** The format that an Accept header prefers of those that there are; text if it names none. */
export function chooseFormat(accept: string | undefined): ExpositionFormat {
  let best: { format: ExpositionFormat; quality: number } = { format: 'text', quality: 0 }
  for (const { value, parameters, quality } of parseChoices(accept)) {
    const version = parameters.get('version')
    const isOpenMetrics = value === 'application/openmetrics-text' && (version === undefined || version === '1.0.0')
    const isText = value === 'text/plain' && (version === undefined || version === '0.0.4')
    const isAny = value === '*/*' || value === 'text/*'
    if (!(isOpenMetrics || isText || isAny) || quality <= best.quality) continue
    best = { format: isOpenMetrics ? 'openmetrics' : 'text', quality }
  }
  return best.format
}

/** Whether an Accept-Encoding header takes gzip. */
export function chooseCoding(acceptEncoding: string | undefined): ContentCoding {
  let gzip: number | undefined
  let any = 0
  for (const { value, quality } of parseChoices(acceptEncoding)) {
    if (value === 'gzip' || value === 'x-gzip') gzip = quality
    else if (value === '*') any = quality
  }
  return (gzip ?? any) > 0 ? 'gzip' : 'identity'
}

function parseChoices(header: string | undefined): Choice[] {
  return (header ?? '')
    .split(',', 64)
    .map((choice) => choice.trim())
    .filter((choice) => choice !== '')
    .map((choice) => {
      const [value = '', ...rest] = choice.split(';').map((part) => part.trim().toLowerCase())
      const parameters = new Map(
        rest.map((part) => {
          const at = part.indexOf('=')
          return [
            part.slice(0, at).trim(),
            part
              .slice(at + 1)
              .trim()
              .replace(/^"(.*)"$/, '$1'),
          ] as const
        }),
      )
      const quality = Number(parameters.get('q') ?? '1')
      return { value, parameters, quality: Number.isNaN(quality) ? 0 : quality }
    })
}
