// Version 2: the total is a whole number of cents, in the column total_cents.
const one = async (pool, text, values) => {
  const [row] = (await pool.query(text, values)).rows
  return row && { id: row.id, customer: row.customer, total: (row.total_cents / 100).toFixed(2) }
}
const cents = (total) => Math.round(total * 100)

export const createOrder = (pool, { customer, total }) =>
  one(
    pool,
    'INSERT INTO orders (customer, total_cents) VALUES ($1, $2) RETURNING id, customer, total_cents',
    [customer, cents(total)],
  )

export const readOrder = (pool, id) =>
  one(pool, 'SELECT id, customer, total_cents FROM orders WHERE id = $1', [id])

export const changeOrder = (pool, id, { total }) =>
  one(
    pool,
    'UPDATE orders SET total_cents = $2 WHERE id = $1 RETURNING id, customer, total_cents',
    [id, cents(total)],
  )
