-- +goose NO TRANSACTION
-- +goose Up
CREATE UNIQUE INDEX CONCURRENTLY articles_slug ON articles (slug);
CREATE INDEX CONCURRENTLY articles_updated_at ON articles (updated_at);

-- +goose Down
DROP INDEX CONCURRENTLY articles_updated_at;
DROP INDEX CONCURRENTLY articles_slug;
