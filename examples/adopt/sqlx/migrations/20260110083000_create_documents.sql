CREATE TABLE documents (
    id uuid PRIMARY KEY,
    title text NOT NULL,
    body text NOT NULL DEFAULT ''
);
