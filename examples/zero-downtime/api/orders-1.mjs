// Version 1: the total is a decimal number of euros, in the column total.
const one = async (pool, text, values) => (await pool.query(text, values)).rows[0]

export const createOrder = (pool, { customer, total }) =>
  one(pool, 'INSERT INTO orders (customer, total) VALUES ($1, $2) RETURNING id, customer, total', [
    customer,
    total,
  ])

export const readOrder = (pool, id) =>
  one(pool, 'SELECT id, customer, total FROM orders WHERE id = $1', [id])

export const changeOrder = (pool, id, { total }) =>
  one(pool, 'UPDATE orders SET total = $2 WHERE id = $1 RETURNING id, customer, total', [id, total])
