/** The commands in back quotes, each as the words that a shell cuts it into, without `pgate`. */
export function printedCommands(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/`pgate ([^`]+)`/g)].map(([, command = '']) =>
    [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? ''),
  )
}
