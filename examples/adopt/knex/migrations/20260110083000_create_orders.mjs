export const up = (knex) =>
  knex.schema.createTable('orders', (table) => {
    table.bigIncrements('id')
    table.text('customer').notNullable()
    table.decimal('total', 12, 2).notNullable()
    table.timestamps(true, true)
  })

export const down = (knex) => knex.schema.dropTable('orders')
