import type { LabelSet } from '#lib/labels.ts'
import type { AlertData, NotificationData } from './data.ts'
import { alertsUrl, defaultSubject, sortedPairs } from './default-texts.ts'

const FIRING_COLOUR = '#b3261e'
const RESOLVED_COLOUR = '#2e7d32'
const FONT = 'font-family:system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif'

/** The alerts as a mail: a coloured head that names the group, a link to the router, then each alert. */
export function defaultHtml(data: NotificationData): string {
  const { alerts, groupLabels, status } = data
  const colour = status === 'firing' ? FIRING_COLOUR : RESOLVED_COLOUR
  const count = `${alerts.length} ${alerts.length === 1 ? 'alert' : 'alerts'}`
  const group = sortedPairs(groupLabels).map(([name, value]) => `${name}=${value}`)
  const head = group.length === 0 ? count : `${count} for ${group.join(' ')}`
  const cards = alerts.map(alertCard).join('')
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(defaultSubject(data).trim())}</title></head>
<body style='margin:0;padding:16px;background:#f4f4f4;color:#1c1b1f;${FONT}'>
<div style="max-width:640px;margin:0 auto;background:#fff;border-radius:6px;overflow:hidden">
<div style="padding:16px;background:${colour};color:#fff;font-size:18px;font-weight:600">${escapeHtml(head)}</div>
<div style="padding:16px">
<p style="margin:0 0 16px"><a href="${escapeHtml(alertsUrl(data))}" style="color:${colour}">View in Alertmanager</a></p>
${cards}</div>
</div>
<p style="max-width:640px;margin:12px auto;color:#666;font-size:12px">Sent by Alertmanager, <a href="${escapeHtml(data.externalURL)}" style="color:#666">${escapeHtml(data.externalURL)}</a></p>
</body>
</html>
`
}

function alertCard({ status, labels, annotations, startsAt, endsAt, generatorURL }: AlertData): string {
  const firing = status === 'firing'
  const colour = firing ? FIRING_COLOUR : RESOLVED_COLOUR
  const when = firing ? `since ${startsAt}` : `${startsAt} to ${endsAt}`
  const source = /^https?:/i.test(generatorURL)
    ? `<p style="margin:8px 0 0"><a href="${escapeHtml(generatorURL)}">Source</a></p>\n`
    : ''
  return `<div style="margin:0 0 16px;padding:8px 12px;border-left:4px solid ${colour};background:#fafafa">
<p style="margin:0 0 8px"><strong style="color:${colour}">${firing ? 'FIRING' : 'RESOLVED'}</strong> ${escapeHtml(when)}</p>
${table('Labels', labels)}${table('Annotations', annotations)}${source}</div>
`
}

function table(title: string, labels: LabelSet): string {
  if (labels.size === 0) return ''
  const rows = sortedPairs(labels).map(
    ([name, value]) =>
      `<tr><td style="padding:1px 12px 1px 0;color:#666;vertical-align:top">${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>\n`,
  )
  return `<p style="margin:4px 0 2px;font-weight:600">${title}</p>\n<table style="font-size:14px">\n${rows.join('')}</table>\n`
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (unit) => ENTITIES[unit]!)
}
