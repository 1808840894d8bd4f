export const up = (pgm) => {
  pgm.createIndex('shifts', ['employee', 'begins_at'])
}
