const WIDTH = 100

/** Reported at the top of each page that is written from the code. */
export function writtenFrom(source: string): string {
  return `<!-- Written from ${source} by \`npm run docs\`; do not edit. -->`
}

/** The text with lines of at most 100 characters, later lines set in by `indent` spaces. */
export function wrap(text: string, indent = 0): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && longer.length > WIDTH - indent) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`)
}

/** A Markdown table; cells may hold anything but a line break. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Blocks with a blank line between them, and one line ending at the end. */
export function page(blocks: readonly string[]): string {
  return `${blocks.join('\n\n')}\n`
}

/** The end of a page: where its reader goes from there, as `[title](page): why` each. */
export function next(...links: readonly string[]): string {
  return `## Next\n\n${links.map((link) => `- ${wrap(link, 2)}`).join('\n')}`
}
