CREATE TABLE tags (
    document_id uuid NOT NULL REFERENCES documents (id),
    name text NOT NULL,
    PRIMARY KEY (document_id, name)
);
