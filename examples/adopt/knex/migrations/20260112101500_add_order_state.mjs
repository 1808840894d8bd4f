export const up = async (knex) => {
  await knex.schema.alterTable('orders', (table) => {
    table.text('state').notNullable().defaultTo('open')
  })
  await knex('orders').where('total', 0).update({ state: 'free' })
}

export const down = (knex) =>
  knex.schema.alterTable('orders', (table) => {
    table.dropColumn('state')
  })
