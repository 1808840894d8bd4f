import type { Session } from '../../../postgres/session/session.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { PipelineStep } from './messages.ts'

/** Statements that leave together, and which of all the first of them is (from 0). */
export interface Chunk {
  readonly first: number
  readonly chunk: readonly Statement[]
}

/** Characters of the revisions that leave in one pipeline; a longer one goes by itself, in chunks. */
export const LONGEST_TOGETHER = 1_000_000

const MOST_STATEMENTS = 500
const MOST_CHARACTERS = 500_000

/** A round trip for each, or for so `many` of them; what has data of its own goes alone. */
export function* chunksOf(
  statements: readonly Statement[],
  many: number = MOST_STATEMENTS,
): Generator<Chunk> {
  let first = 0
  let characters = 0
  for (const [index, statement] of statements.entries()) {
    const { text, copy } = statement
    const isFull = index - first === many || characters + text.length > MOST_CHARACTERS
    if (index > first && (isFull || copy !== undefined)) {
      yield { first, chunk: statements.slice(first, index) }
      first = index
      characters = 0
    }
    characters += text.length
    if (copy === undefined) continue
    yield { first: index, chunk: [statement] }
    first = index + 1
    characters = 0
  }
  if (first < statements.length) yield { first, chunk: statements.slice(first) }
}

/** One statement, with the data that it has in the file. */
export async function send(
  session: Pick<Session, 'query' | 'copyIn'>,
  { text, copy }: Pick<Statement, 'text' | 'copy'>,
): Promise<void> {
  if (copy === undefined) await session.query(text)
  else await session.copyIn(text, copy.data)
}

/**
 * Runs them in one round trip; within a transaction, of which the first failure is the end.
 * @param failed given the index of the statement that failed
 * @throws the server's or the socket's error, unchanged
 */
export async function sendChunk(
  session: Session,
  chunk: readonly Statement[],
  failed: (index: number) => void,
): Promise<void> {
  const [only, ...others] = chunk
  if (only !== undefined && others.length === 0) return send(session, only)
  const { failure } = await session.pipeline(chunk.map(({ text }) => ({ text })))
  if (failure === undefined) return
  failed(failure.index)
  throw failure.error
}

/**
 * Runs pgate's own messages of a revision in one round trip, within a transaction.
 * @param underway says which statement of the revision's own was at fault
 * @throws what their failure means
 */
export async function sendSteps(
  session: Session,
  steps: readonly Pick<PipelineStep, 'send' | 'statement' | 'meaning'>[],
  underway: { statement?: Statement },
): Promise<void> {
  // Named statements would stay behind a pooler, in a session that others get next.
  const { failure } = await session.pipeline(
    steps.map(({ send: { text, values = [] } }) => ({ text, values })),
  )
  if (failure === undefined) return
  const { statement, meaning } = steps[failure.index] ?? {}
  if (statement !== undefined) underway.statement = statement
  throw meaning === undefined ? failure.error : meaning(failure.error)
}
