export const up = (pgm) => {
  pgm.createTable('shifts', {
    id: { type: 'bigserial', primaryKey: true },
    employee: { type: 'text', notNull: true },
    begins_at: { type: 'timestamptz', notNull: true },
    ends_at: { type: 'timestamptz', notNull: true },
  })
}

export const down = (pgm) => {
  pgm.dropTable('shifts')
}
