import type { PGlite } from '@electric-sql/pglite'

type Module = PGlite['Module']
type FileSystem = Module['FS']
type Node = ReturnType<FileSystem['lookupPath']>['node']
type Stream = FileSystem['streams'][number]

/** What a node of the file system in memory holds, whose parts its types leave out. */
interface Held {
  parent: Node
  name: string
  mode: number
  contents: Uint8Array | Record<string, Node>
  usedBytes: number
  ctime: number
  mtime: number
}

/** Where a cluster in memory writes. */
const FOLDERS = ['/pglite/data', '/tmp', '/dev/shm']

/** A time at which nothing is written: a file that has another was written to since. */
const LONG_AGO = 1

/**
 * Keeps the memory and the files of a PostgreSQL in memory as they are. What is returned puts them back in some
 * hundredths of a second, where a new start takes tenths; false where it could not, and nothing was done: what
 * a library of an extension that was loaded since holds is not in there.
 */
export function takeSnapshot(pglite: PGlite): () => boolean {
  const { Module: module } = pglite
  const { FS: files } = module
  const symbols = Object.keys(module).length
  const stack = module.stackSave()
  const end = usedBytes(module.HEAPU8)
  const memory = module.HEAPU8.slice(0, end)
  const roots = FOLDERS.filter((path) => files.analyzePath(path).exists).map(
    (path) => files.lookupPath(path).node,
  )
  const restoreNodes = keepNodes(files, roots)
  const restoreStreams = keepStreams(files)
  return () => {
    // Each library adds its symbols.
    if (Object.keys(module).length !== symbols || module.stackSave() !== stack) return false
    const heap = module.HEAPU8
    const used = usedBytes(heap)
    heap.set(memory)
    if (used > end) heap.fill(0, end, used)
    restoreNodes()
    restoreStreams()
    return true
  }
}

const ZEROS = Buffer.alloc(1024 * 1024)

/** Up to where the memory was ever written to, in steps of a megabyte. */
function usedBytes(heap: Uint8Array): number {
  const bytes = Buffer.from(heap.buffer, heap.byteOffset, heap.byteLength)
  let end = bytes.length
  while (end > 0 && bytes.compare(ZEROS, 0, ZEROS.length, end - ZEROS.length, end) === 0) {
    end -= ZEROS.length
  }
  return end
}

function keepNodes(files: FileSystem, roots: readonly Node[]): () => void {
  const kept = roots
    .flatMap((root) => [...nodesBelow(files, root)])
    .map((node) => {
      const held = heldBy(node)
      held.ctime = held.mtime = LONG_AGO
      const { parent, name, usedBytes: size } = held
      const contents =
        held.contents instanceof Uint8Array ? held.contents.slice(0, size) : { ...held.contents }
      return { node, held, parent, name, size, contents, live: held.contents }
    })
  return () => {
    // A node is found by its folder and name, which a rename changes.
    for (const root of roots) for (const node of nodesBelow(files, root)) files.hashRemoveNode(node)
    for (const one of kept) {
      const { held, contents, size } = one
      held.parent = one.parent
      held.name = one.name
      const isAsKept =
        held.ctime === LONG_AGO &&
        held.mtime === LONG_AGO &&
        held.usedBytes === size &&
        held.contents === one.live
      if (!(contents instanceof Uint8Array)) held.contents = { ...contents }
      else if (!isAsKept) {
        one.live = contents.slice()
        held.contents = one.live
        held.usedBytes = size
      }
      held.ctime = held.mtime = LONG_AGO
      files.hashAddNode(one.node)
    }
  }
}

/** Files that were open then are open again, at the place where they were. */
function keepStreams(files: FileSystem): () => void {
  const kept = files.streams.map((stream: Stream | null | undefined) =>
    stream ? { stream, own: { ...stream }, shared: { ...sharedOf(stream) } } : undefined,
  )
  return () => {
    files.streams.length = 0
    for (const [fd, one] of kept.entries()) {
      if (one === undefined) continue
      Object.assign(one.stream, one.own)
      Object.assign(sharedOf(one.stream), one.shared)
      files.streams[fd] = one.stream
    }
  }
}

function* nodesBelow(files: FileSystem, node: Node): Generator<Node, void> {
  yield node
  if (!files.isDir(heldBy(node).mode)) return
  for (const child of Object.values(heldBy(node).contents)) yield* nodesBelow(files, child)
}

function heldBy(node: Node): Held {
  return node as unknown as Held
}

function sharedOf(stream: Stream): object {
  return (stream as unknown as { readonly shared: object }).shared
}
