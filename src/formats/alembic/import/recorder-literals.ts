/** The part of the recorder that writes a statement's parameters as literals, in Python. */
export const LITERALS = String.raw`# The statement with its parameters as literals: by the driver itself, where it can do that.


def rendered(cursor, statement, parameters):
    inner = getattr(cursor, "_cursor", cursor)
    if type(inner).__module__.split(".")[0] == "psycopg":
        import psycopg

        inner = psycopg.ClientCursor(inner.connection)
    if not hasattr(inner, "mogrify"):
        return by_hand(statement, parameters)
    text = inner.mogrify(statement, parameters)
    return text.decode("utf-8") if isinstance(text, bytes) else text


def by_hand(statement, parameters):
    def place(found):
        number, name = found.group("number"), found.group("name")
        if number:
            return literal(parameters[int(number) - 1])
        if name:
            return literal(parameters[name])
        if found.group("next"):
            return literal(next(rest))
        return "%" if found.group() == "%%" else found.group()

    rest = iter(() if isinstance(parameters, dict) else parameters or ())
    marks = r"|\$(?P<number>\d+)"
    if re.search(r"%s|%\(\w+\)s", re.sub(SKIPPED, "", statement, flags=re.S)):
        marks += r"|%\((?P<name>\w+)\)s|(?P<next>%s)|%%"
    else:
        marks += "|(?P<name>(?!))|(?P<next>(?!))"
    return re.sub(SKIPPED + marks, place, statement, flags=re.S)


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, decimal.Decimal)):
        return str(value) if value >= 0 else "(%s)" % value
    if isinstance(value, float):
        return "'%r'::float8" % value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "'%sx%s'::bytea" % (chr(92), bytes(value).hex())
    if isinstance(value, (list, tuple)):
        return "ARRAY[%s]" % ", ".join(literal(each) for each in value) if value else "'{}'"
    if isinstance(value, datetime.timedelta):
        return "'%r seconds'::interval" % value.total_seconds()
    if isinstance(value, (str, uuid.UUID, datetime.date, datetime.time)):
        text = str(value).replace("'", "''")
        return "E'%s'" % text.replace(chr(92), chr(92) * 2) if chr(92) in text else "'%s'" % text
    failed("a parameter of %s cannot be written as SQL: %r" % (type(value), value))
`
