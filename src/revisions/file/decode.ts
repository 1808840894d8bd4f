import type { FaultInFile } from './faults.ts'

type Decoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: FaultInFile }

const LF = 0x0a
const CR = 0x0d

/**
 * A revision file's bytes as text: UTF-8, a byte order mark taken off, CRLF and lone CR as LF, so
 * that line numbers are those an editor shows. Bytes that are not UTF-8 and NUL bytes are a fault
 * that names the line.
 *
 * NUL is refused although it is valid UTF-8: PostgreSQL's protocol and its parser end a string
 * there, and the rest of the file would silently not run.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (isUtf16(bytes)) return undecodable(1, 'the file is UTF-16', 'save it as UTF-8')
  const nul = bytes.indexOf(0)
  if (nul !== -1) {
    const what = `a NUL byte (byte offset ${nul})`
    return undecodable(lineAt(bytes, nul), what, 'take it out; PostgreSQL text cannot hold one')
  }
  try {
    return { kind: 'text', text: normaliseLineEndings(decodeUtf8(bytes)) }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const offset = firstInvalidByte(bytes)
    const hex = (bytes[offset] ?? 0).toString(16).padStart(2, '0')
    const what = `byte 0x${hex} is not UTF-8 (byte offset ${offset})`
    return undecodable(lineAt(bytes, offset), what, 'save the file as UTF-8')
  }
}

/** CRLF and lone CR become LF. */
export function normaliseLineEndings(text: string): string {
  return text.includes('\r') ? text.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : text
}

function undecodable(line: number, message: string, remedy: string): Decoded {
  return { kind: 'fault', fault: { code: 'REVISION_ENCODING', line, message, remedy } }
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** By its byte order mark: what Windows tools write by default. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
}

/**
 * The decoder says that bytes are invalid, not where. Decoded leniently, the first replacement
 * character that the file does not itself hold stands where the first bad byte is.
 */
function firstInvalidByte(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  let offset = 0
  for (const [index, piece] of lenient.split('\uFFFD').entries()) {
    if (index > 0) {
      if (!holdsReplacement(bytes, offset)) return offset
      offset += 3
    }
    offset += Buffer.byteLength(piece)
  }
  return offset
}

function holdsReplacement(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd
}

function lineAt(bytes: Uint8Array, offset: number): number {
  let line = 1
  for (let index = 0; index < offset; index += 1) {
    const loneCr = bytes[index] === CR && bytes[index + 1] !== LF
    if (bytes[index] === LF || loneCr) line += 1
  }
  return line
}
