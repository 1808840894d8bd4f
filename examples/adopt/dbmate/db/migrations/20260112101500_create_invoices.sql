-- migrate:up
create table invoices (
  id bigint generated always as identity primary key,
  customer_id bigint not null references customers (id),
  amount numeric(12, 2) not null check (amount >= 0),
  issued_at timestamptz not null default now()
);

-- migrate:down
drop table invoices;
