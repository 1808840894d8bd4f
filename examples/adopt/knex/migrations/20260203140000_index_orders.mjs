export const config = { transaction: false }

export const up = (knex) => knex.raw('create index concurrently orders_state_idx on orders (state)')

export const down = (knex) => knex.raw('drop index concurrently orders_state_idx')
