"""What the server says to PostgreSQL, read from PostgreSQL's log, as a script for pgbench."""

import collections
import re

#: What a cluster needs so that its log can be read.
LOG_SETTINGS = {"log_line_prefix": "%m [%p] "}
_LINE = re.compile(r"^\S+ \S+ \S+ \[(\d+)\] ([A-Z]+):  (.*)$")
_PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)(?:, |$)", re.DOTALL)
_WORD = re.compile(r"^\s*(\w+)")


def proposal(transaction):
    """The proposal that a decision is about: its id is the first one named."""
    return next(value for statement in transaction for value in statement.parameters
                if value.startswith("'prop_"))


class Statement:
    def __init__(self, text):
        self.text = text
        self.parameters = []

    @property
    def kind(self):
        found = _WORD.match(self.text)
        return found[1].upper() if found else ""


def transactions(log):
    """The committed transactions of a log written with log_statement=all, in the order of their
    commits: each a list of statements from BEGIN to COMMIT."""
    open_ones, done = collections.defaultdict(list), []
    for backend, kind, text in _entries(log):
        if kind == "DETAIL" and text.startswith("parameters: ") and open_ones[backend]:
            found = _PARAMETER.findall(text.removeprefix("parameters: "))
            open_ones[backend][-1].parameters = [value for _, value in found]
            continue
        statement = re.match(r"(?:statement|execute [^:]*): (.*)", text, re.DOTALL)
        if kind != "LOG" or not statement:
            continue
        current = open_ones[backend]
        current.append(Statement(statement[1]))
        match current[-1].kind:
            case "BEGIN":
                del current[:-1]
            case "COMMIT":
                done.append(open_ones.pop(backend))
            case "ROLLBACK":
                open_ones.pop(backend)
    return done


def _entries(log):
    """Entries of several lines are continued by lines that begin with a tab."""
    entry = None
    for line in log.splitlines():
        if line.startswith("\t"):
            if entry:
                entry[2] += "\n" + line[1:]
            continue
        if entry:
            yield entry
        found = _LINE.match(line)
        entry = list(found.groups()) if found else None
    if entry:
        yield entry


def script(some_transactions):
    """The transactions one after another, each as one pipeline, with every statement prepared
    once before: what the server does too, but without ever waiting between two statements."""
    names, prepared, body = {}, [], []
    for statements in some_transactions:
        body.append("\\startpipeline")
        for statement in statements:
            if statement.kind in ("BEGIN", "COMMIT"):
                body.append(one_line(statement.text) + ";")
                continue
            name = names.get(statement.text)
            if name is None:
                name = names[statement.text] = f"s{len(names)}"
                prepared.append(f"PREPARE {name} AS {one_line(statement.text)};")
            values = ", ".join(map(literal, statement.parameters))
            body.append(f"EXECUTE {name}({values});" if values else f"EXECUTE {name};")
        body.append("\\endpipeline")
    return "\n".join(prepared + body) + "\n"


def written_out(statement):
    """A statement with its values in it, for a script of pgbench's."""
    values = [literal(value) for value in statement.parameters]
    text = one_line(statement.text)
    return re.sub(r"\$(\d+)", lambda found: values[int(found[1]) - 1], text) + ";\n"


def one_line(text):
    return " ".join(re.sub(r"--[^\n]*", "", text).split()).rstrip(";")


def literal(value):
    """Without a colon or a line end, which mean something to pgbench."""
    if value == "NULL":
        return value
    content = value[1:-1].replace("\\", "\\\\").replace("''", "\\'")
    return "E'" + content.replace(":", "\\x3a").replace("\n", "\\n") + "'"
