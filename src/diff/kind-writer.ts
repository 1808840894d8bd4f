import type { Definition } from '../catalog/object-key.ts'
import type { Schema } from './schema.ts'
import type { Written } from './statement.ts'

/** An object of one side. */
export interface SchemaObject {
  readonly key: string
  /** The first words of the key: `materialized view`. */
  readonly kind: string
  /** Qualified and quoted as the server does it: `public.users.email` of a column. */
  readonly name: string
  readonly definition: Definition
  /** The side that it is of. */
  readonly schema: Schema
}

/**
 * How the objects of one kind are written as SQL. Pure. What belongs to a table that is made or dropped with
 * it (its columns) is the table's to write; the planner does not ask for it.
 */
export interface KindWriter {
  /**
   * What makes it on a side where all that it needs is there.
   * @param within parts that it takes in: a table's columns and constraints
   */
  create(object: SchemaObject, within: readonly SchemaObject[]): Written
  /** What drops it where nothing needs it any more. */
  drop(object: SchemaObject): Written
  /**
   * What makes `after` of `before` in place; `rebuild` where it has to be dropped and created, and
   * with it all that needs it.
   */
  alter(before: SchemaObject, after: SchemaObject): Written | 'rebuild'
  /** True where {@link create} makes `part`, which needs it, in its own statement, when it is given along. */
  takesIn?(object: SchemaObject, part: SchemaObject): boolean
  /** True where `dependent`, which needs it and stays, is in the way of {@link alter} and has to go and come back. */
  blocks?(dependent: SchemaObject, before: SchemaObject, after: SchemaObject): boolean
}
