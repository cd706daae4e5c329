import type { Target } from './targets.ts'

/** Most rows of the page; the API has them all. */
const MAX_ROWS = 2_000

/** The page of all sources, without any script. */
export function targetsPage(targets: readonly Target[], nowMs: number): string {
  const bad = targets.filter(({ health }) => health === 'down').length
  const shown = [...targets]
    .sort((a, b) => Number(b.health === 'down') - Number(a.health === 'down'))
    .slice(0, MAX_ROWS)
  const left = targets.length - shown.length
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Targets · Vedette</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/style.css" />
    <link rel="stylesheet" href="/targets.css" />
  </head>
  <body class="targets">
    <header class="bar">
      <h1 class="brand"><img src="/icon.svg" alt="" width="22" height="22" />Vedette</h1>
      <nav aria-label="Pages"><a href="/">Logs</a></nav>
    </header>
    <main>
      <h2>Targets</h2>
      <p>${targets.length} ${targets.length === 1 ? 'source' : 'sources'} of metrics, ${bad} down, at ${new Date(nowMs).toISOString()}.</p>
      <div class="scroll" role="region" aria-label="Table of targets" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">State</th><th scope="col">Job</th><th scope="col">Instance</th><th scope="col">Node</th>
            <th scope="col">Came by</th><th scope="col" class="number">Series</th><th scope="col" class="number">Last heard</th>
            <th scope="col" class="number">Interval</th><th scope="col">Last error</th>
          </tr>
        </thead>
        <tbody>
${shown.map(rowOf).join('\n')}
        </tbody>
      </table>
      </div>
${left > 0 ? `      <p>${left} more are not shown; <a href="/api/v1/targets">/api/v1/targets</a> has them all.</p>\n` : ''}    </main>
  </body>
</html>
`
}

function rowOf({
  health,
  job,
  instance,
  node,
  transport,
  series,
  ageSeconds,
  intervalSeconds,
  lastError,
}: Target): string {
  const cells = [
    `<td class="${health}">${health}</td>`,
    ...[job, instance, node, transport].map((text) => `<td>${escapeHtml(text)}</td>`),
    `<td class="number">${series}</td>`,
    `<td class="number">${ageSeconds.toFixed(1)} s ago</td>`,
    `<td class="number">${intervalSeconds === undefined ? '' : `${intervalSeconds.toFixed(1)} s`}</td>`,
    `<td>${escapeHtml(lastError)}</td>`,
  ]
  return `          <tr>${cells.join('')}</tr>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (unit) => `&#${unit.charCodeAt(0)};`)
}
