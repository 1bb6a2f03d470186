"""The statements of a captured renewal, for any lease and any term."""

def generalised(statements, number, term):
    """The statements as text with `{n}` (the lease's number), `{site}` and `{term}` (the term
    that is asked for) in place of the values that were the first lease's."""
    site = number - number % 3
    texts = []
    for statement in statements:
        text = statement.text.replace("{", "{{").replace("}", "}}")
        for index in range(len(statement.parameters), 0, -1):
            literal = _expression(statement.parameters[index - 1], number, site, term)
            text = text.replace(f"${index}", literal)
        texts.append(text)
    return texts


def _expression(literal, number, site, term):
    """An SQL expression for a parameter: parts that depend on the lease are computed."""
    inner = literal.replace("{", "{{").replace("}", "}}")
    # A name's number may be both: a lease whose number is its site's. Ids come first.
    out = inner
    for prefix, value, name in (("lease", number, "n"), ("bud", number, "n"),
                                ("worker", number, "n"), ("site", site, "site")):
        out = out.replace(
            f"{prefix}_{value:026d}", f"{prefix}_' || lpad({{{name}}}::text, 26, '0') || '")
    out = out.replace(f"{site}.example", "' || {site}::text || '.example")
    out = out.replace(str(term), "' || {term}::text || '")
    if out == inner:
        return inner
    is_array = inner.startswith("'{{")
    return f"({out}){'::text[]' if is_array else '::text'}"
