-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION touch_article() RETURNS trigger AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd

CREATE TRIGGER articles_touch BEFORE UPDATE ON articles
    FOR EACH ROW EXECUTE FUNCTION touch_article();

-- +goose Down
DROP TRIGGER articles_touch ON articles;
DROP FUNCTION touch_article();
