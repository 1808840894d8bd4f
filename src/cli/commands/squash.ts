import { rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { squash as squashRevisions } from '../../author/squash.ts'
import { squashRange } from '../../author/squash-range.ts'
import { throwawayServer } from '../../author/throwaway.ts'
import { makeFolder } from '../../base/files.ts'
import { counted } from '../../base/words.ts'
import { loadFolder, refuseOthersFolder } from '../../formats/formats.ts'
import { revisionNamed } from '../../revisions/graph/named.ts'
import { writeRevisionFile } from '../../revisions/write/new-file.ts'
import type { Command, CommonOptions } from '../command.ts'

interface SquashOptions extends CommonOptions {
  readonly message?: string
  readonly dataFrom: readonly string[]
  readonly keep?: string
  readonly shadowUrl?: string
}

/** Writes one revision that equals many, and removes their files. */
export const squash: Command<SquashOptions> = {
  examples: ['pgate squash base:head', 'pgate squash 972fc63ffb69:c0b7d0e366e7 -m "First year"'],
  declare: (commander) => {
    commander
      .argument('<range>', 'from:to, both included; base:to from the first')
      .option('-m, --message <text>', 'what it is, in a few words')
      .option('--data-from <revision>', 'carry its statements on rows over; repeatable', more, [])
      .option('--keep <folder>', 'move the old files there, instead of removing them')
      .option('--shadow-url <url>', 'a server to try it on, instead of the embedded PostgreSQL')
  },
  run: async (context, { args: [wanted = ''] = [], message, dataFrom, keep, shadowUrl }) => {
    const { config } = context
    refuseOthersFolder(config)
    const server = throwawayServer(context, shadowUrl)
    const graph = await loadFolder(config)
    const range = squashRange(graph, wanted)
    const { members, last } = range
    const { file, statements, rows, hasDowngrade } = await squashRevisions(context, {
      ...{ graph, range, server, directory: config.migrations },
      message: message ?? `${counted(members.length, 'revision')} in one`,
      dataFrom: dataFrom.map((name) => revisionNamed(graph, name)),
    })
    const old = members.map((one) => one.file)
    // It may bear the name of the last of them, and is there before they go.
    const written = `${file.path}.new`
    await writeRevisionFile({ ...file, path: written })
    if (keep !== undefined) await makeFolder(keep)
    for (const path of old) {
      if (keep === undefined) await rm(path)
      else await rename(path, join(keep, basename(path)))
    }
    await rename(written, file.path)
    const gone = keep === undefined ? 'removed' : `moved to ${keep}`
    return {
      json: { file: file.path, revision: last.id, replaced: old, statements, rows, hasDowngrade },
      lines: [file.path, ...old.map((path) => `${gone}: ${path}`)],
      verdict: `revision ${last.id} is equal to the ${members.length} that it replaces: ${counted(statements, 'statement')}, ${counted(rows, 'row')}${hasDowngrade ? '' : ', no downgrade'}. Next: pgate manifest`,
    }
  },
}

function more(name: string, names: readonly string[]): readonly string[] {
  return [...names, name]
}
