import type { DeclaredExtension } from '../config/config.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { readCatalog } from '../steps/verify/catalog/catalog.ts'
import { createdExtensions, type ExtensionOrigins } from '../steps/verify/extensions-promised.ts'
import type { Manifest } from '../steps/verify/manifest/manifest.ts'
import { manifestOf } from '../steps/verify/manifest/manifest-of.ts'
import { catalogScope } from '../steps/verify/scope.ts'
import { readRespellings } from '../steps/verify/spelling/respell.ts'
import { upgrade } from './gate.ts'
import { type RunContext, withShadowResources } from './resources.ts'
import { revisionFacts } from './revision-files.ts'
import { waitStep } from './wait-step.ts'

/** What is built, and where. */
export interface ManifestRequest {
  readonly graph: RevisionGraph
  readonly targets: Iterable<string>
  /** Where the throwaway database is made; undefined: the embedded PostgreSQL, in memory. */
  readonly server: ConnectionTarget | undefined
}

/** Upgrades an empty throwaway database to the targets and reads what its catalog says. */
export async function buildManifest(
  context: RunContext,
  { graph, targets, server }: ManifestRequest,
): Promise<Manifest> {
  // PGATE_ROLE is a role of the real server; a schema of pgate's own is none that revisions promise.
  const {
    role: _,
    journalSchema: __,
    versionSchema: ___,
    migrateCommand: ____,
    ...settings
  } = context.config
  return withShadowResources(context, server, (resources, quiet) =>
    waitStep(quiet, resources, {}, async (session) => {
      for (const target of targets) {
        const shadow = { ...quiet, config: { ...settings, target } }
        await upgrade(shadow, resources, { session, graph }, async () => {})
      }
      const catalog = await readCatalog(session, catalogScope(settings, 'all'))
      const respelled = await readRespellings(quiet, session, catalog.objects)
      const unpromised = [...graph.revisions.values()].flatMap((one) => one.unpromised ?? [])
      return manifestOf(catalog, {
        ...revisionFacts(graph),
        schema: settings.schema,
        respelled,
        extensions: extensionOrigins(settings.extensions, graph),
        unpromised: [...new Set(unpromised)].toSorted(),
      })
    }),
  )
}

function extensionOrigins(
  declared: readonly DeclaredExtension[],
  { revisions }: RevisionGraph,
): ExtensionOrigins {
  const texts = [...revisions.values()].flatMap(({ upgrade }) =>
    upgrade.kind === 'sql' ? [upgrade.text] : [],
  )
  return {
    declared: new Map(declared.map(({ name, optional = false }) => [name, optional])),
    created: createdExtensions(texts),
  }
}
