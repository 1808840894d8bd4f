import { verifyStep, withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { targetVersions } from '../../revisions/plan.ts'
import { describeProof } from '../../summaries.ts'
import type { Command, CommonOptions } from '../command.ts'
import { proofJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

interface VerifyOptions extends CommonOptions {
  readonly strict?: boolean
}

/** Compares the live schema with the manifest, object by object; changes nothing. */
export const verify: Command<VerifyOptions> = {
  name: 'verify',
  summary: 'compare the live schema with the manifest',
  kind: 'act',
  examples: ['pgate verify --strict'],
  declare: (commander) => {
    commander.option('--strict', 'fail on objects that the manifest does not have, too')
  },
  run: async (context, { strict = false }) => {
    const files = await readRevisionFiles(context.config.migrations)
    const expected = targetVersions(files.graph, context.config.target)
    const proof = await withGate(context, (gate) =>
      withUsableServer(context, gate, (session) =>
        verifyStep(context, gate, { session, files, expected, strict, how: 'look' }),
      ),
    )
    return { json: proofJson(proof), lines: proof.told, verdict: describeProof(proof) }
  },
}
