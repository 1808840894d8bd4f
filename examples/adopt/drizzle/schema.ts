import { index, integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'

export const authors = pgTable('authors', {
  id: serial('id').primaryKey(),
  name: text('name').notNull(),
})

export const books = pgTable(
  'books',
  {
    id: serial('id').primaryKey(),
    title: text('title').notNull(),
    authorId: integer('author_id')
      .notNull()
      .references(() => authors.id),
    addedAt: timestamp('added_at').defaultNow().notNull(),
  },
  (table) => [index('books_author_idx').on(table.authorId)],
)
