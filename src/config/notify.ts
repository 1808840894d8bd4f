import type { NotifyTarget } from './config.ts'
import type { Reader } from './reader.ts'

/** PGATE_NOTIFY_URL, hidden from JSON and inspectors; what cannot be used is reported. */
export function readNotifyTarget(reader: Reader): NotifyTarget | undefined {
  const source = reader.source('PGATE_NOTIFY_URL')
  if (source === undefined) return undefined
  const url = source.text.trim()
  if (isWebUrl(url)) return hidden(url)
  reader.report(source.label, 'found a text, which is not shown; write an http or https URL')
  return undefined
}

/** One that `fetch` would take: it refuses a user and a password inside the URL. */
function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

function hidden(url: string): NotifyTarget {
  const target = { url }
  Object.defineProperty(target, 'url', { value: url, enumerable: false })
  return Object.freeze(target)
}
