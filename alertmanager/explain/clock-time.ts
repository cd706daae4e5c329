/** A time for people: with its date if that is not today's. */
export function clockTime(atMs: number, nowMs: number): string {
  const text = new Date(atMs).toISOString()
  const [date = '', time = ''] = text.slice(0, 19).split('T')
  const isToday = new Date(nowMs).toISOString().startsWith(date)
  return isToday ? `${time} UTC` : `${date} ${time} UTC`
}
