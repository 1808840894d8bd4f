/**
 * The 1-based line that exports a name, as good as a look at the text can be: a module may come by
 * its exports in other ways.
 */
export function lineOfExport(text: string, name: string): number | null {
  const declared = new RegExp(`^export[ \\t].*?\\b${name}\\b`)
  const index = text.split('\n').findIndex((line) => declared.test(line))
  return index === -1 ? null : index + 1
}
