import type { CatalogObjects, Respellings } from '../catalog/object-key.ts'

/** One side of a difference: the objects that a schema has, and which of them stands on which. */
export interface Schema {
  readonly objects: CatalogObjects
  /** By key: the keys of what it needs to be there first. An object that needs none has no entry. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>
  /** What else the server prints for its texts: no difference. */
  readonly respelled?: Respellings
}
