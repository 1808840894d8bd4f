import type { KindWriter } from '../kind-writer.ts'
import { attachmentWriter } from './attachment.ts'
import { columnWriter } from './column.ts'
import { constraintWriter } from './constraint.ts'
import { defaultWriter } from './default.ts'
import { enumWriter } from './enum.ts'
import { indexWriter, replicaIdentityWriter, statisticsWriter } from './indexes.ts'
import { ownershipWriter, sequenceWriter } from './sequence.ts'
import { tableWriter } from './table.ts'

/** Tables, what they hold, and what their columns are made of. */
export const TABLE_WRITERS: Readonly<Record<string, KindWriter>> = {
  enum: enumWriter,
  sequence: sequenceWriter,
  ownership: ownershipWriter,
  table: tableWriter,
  'foreign table': tableWriter,
  attachment: attachmentWriter,
  'replica identity': replicaIdentityWriter,
  column: columnWriter,
  default: defaultWriter,
  constraint: constraintWriter,
  index: indexWriter,
  statistics: statisticsWriter,
}
