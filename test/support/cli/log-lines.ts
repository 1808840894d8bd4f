/** A line of the log, or a document. */
export type LogLine = Readonly<Record<string, unknown>>

/**
 * Every line of both streams.
 * @throws {SyntaxError} for one that is not JSON
 */
export function logLines({
  stdout,
  stderr,
}: {
  readonly stdout: string
  readonly stderr: string
}): { readonly stdout: readonly LogLine[]; readonly stderr: readonly LogLine[] } {
  return { stdout: parsed(stdout), stderr: parsed(stderr) }
}

function parsed(text: string): readonly LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
