import type { StepContext } from '../../config/context.ts'
import { lookAtAll } from '../../gate/prove.ts'
import type { RevisionFiles } from '../../gate/revision-files.ts'
import type { Session } from '../../postgres/session/session.ts'
import { readInstalled } from '../../steps/extensions/extensions.ts'
import { readDigest } from '../../steps/verify/catalog/catalog.ts'
import { schemasOf } from '../../steps/verify/manifest/relocate.ts'
import { catalogScope } from '../../steps/verify/scope.ts'
import type { VerifyOutcome } from '../../steps/verify/verify.ts'

/** A verify, and all that its outcome depended on besides the files and the configuration. */
export interface Verified {
  readonly key: string
  readonly outcome: VerifyOutcome
}

/** What is verified. */
export interface Again {
  readonly session: Session
  readonly files: RevisionFiles
  readonly expected: ReadonlySet<string>
  readonly live: ReadonlySet<string>
}

/**
 * Verifies, and writes nothing. Where the server's digest of the catalog is that of the last time,
 * its outcome stands, passed or not: 64 characters go over the wire in place of the catalog, and
 * nothing is made that would have to be collected. A schema that changes between the digest and the
 * look is seen by the look, and once more by the next digest.
 * @throws the driver's DatabaseError, the socket's error, or the reason of the context's signal
 */
export async function verifyAgain(
  context: StepContext,
  again: Again,
  last: Verified | undefined,
): Promise<Verified> {
  const digest = context.config.verify === 'off' ? '' : await liveDigest(context, again)
  const key = keyOf(again, digest)
  if (last?.key === key) return last
  const live = { versions: again.live, installed: await readInstalled(again.session) }
  const outcome = await lookAtAll(context, { ...again, strict: false }, live)
  return { key: keyOf(again, outcome.digest), outcome }
}

function liveDigest({ config }: StepContext, { session, files }: Again): Promise<string> {
  const schemas = schemasOf(files.manifest, config.schema)
  return readDigest(session, catalogScope(config, schemas))
}

function keyOf({ expected, live, session }: Again, digest: string): string {
  const rows = [expected, live].map((versions) => [...versions].toSorted())
  return JSON.stringify([session.server.text, digest, ...rows])
}
