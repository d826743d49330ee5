"""Reads what the program sends to PostgreSQL, and refuses what a cluster of Citus would refuse.

There, the rows of an audience are on one server and other tables on another (`docs/spreading.md`). It guesses strict: what
Citus can do in some cases only is refused. Statements of tests are not read.
"""

import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Alias, Delete, Engine, Insert, Join, Select, Subquery, Table, Update, event
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnClause,
    ExpressionClauseList,
    Grouping,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import CompoundSelect, FromClause, SelectBase

from storage.core.tables import is_spread
from storage.migrations.tables import metadata

ROOT = Path(__file__).parents[2]
SPREAD = frozenset(name for name, table in metadata.tables.items() if is_spread(table))
LOCAL = frozenset(metadata.tables) - SPREAD
# What asks for several audiences, which it names: no other statement may.
SEVERAL_AUDIENCES: Mapping[str, str] = {
    "storage.contacts.reachable._ask": "finds out which servers answer",
    "storage.contacts.contacts.with_key": "an address without an audience may be anywhere",
    "storage.bounces.contacts.audiences_having": "a bounce that names no audience may concern any",
    "storage.bounces.contacts.cleaned_among": "the same, of a provider's list",
    "storage.archives.archives.newest": "the list of earlier archives",
    "storage.bounces.verdicts.batches.newest": "the list of contacts cleaned together",
    "storage.bounces.verdicts.batches.unasked": "questions to operators",
    "storage.bounces.verdicts.batches.audiences_waiting": "the Home tab",
    "storage.bounces.verdicts.incidents.earliest": "the Home tab",
    "storage.contacts.figures.by_status_and_reason_in": "the Home tab",
    "storage.contacts.figures.cleaned_between_in": "the Home tab",
    "storage.contacts.figures._counted_between": "the Home tab",
    "storage.contacts.figures.date_unknown_in": "the Home tab",
    "storage.corrections.corrections.count_not_typos": "the Home tab",
    "storage.exports.exports.newest_in": "the Home tab",
    "storage.bounces.verdicts.incidents._rows": "an incident may be of several audiences",
    "storage.mailchimp.outgoing.known_batches": "batches are of the account, not of an audience",
    "storage.privacy.traces.contact_ids": "a person may be anywhere",
    "storage.privacy.traces._mentioning": "and may be mentioned anywhere",
    "storage.privacy.traces._by_keys": "the rows that were found so",
}
# Citus wants functions of an UPDATE to be immutable. A new one is looked up in PostgreSQL's catalog first.
IMMUTABLE = frozenset({"coalesce", "lower"})
_TABLE_IN_TEXT = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|COPY|TABLE|ON)\s+\"?(\w+)", re.IGNORECASE)
_AUDIENCE_IN_TEXT = re.compile(r"\baudience_id\s*=\s*(%s|%\(|\d)")
_DDL = re.compile(r"\s*(CREATE|ALTER|DROP)\b", re.IGNORECASE)
_SEQUENTIAL = "citus.multi_shard_modify_mode TO 'sequential'"


class Refused(AssertionError):
    """A cluster would refuse the statement."""


@dataclass
class Analysis:
    """What a statement does: the tables that it names, what is wrong with it, and the values of its audiences."""

    tables: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    names_several: bool = False
    audiences: list[BindParameter[Any]] = field(default_factory=list)


refused: list[str] = []
"""What was refused since the list was emptied, also where the program catches every error."""
_analyses: WeakKeyDictionary[Any, Analysis] = WeakKeyDictionary()


def watch(engine: Engine) -> None:
    """Refuses statements of that engine."""
    event.listen(engine, "before_cursor_execute", _read)
    event.listen(engine, "begin", _forget_ddl)


def analysed(statement: Any) -> Analysis:
    """Reads a statement of SQLAlchemy's."""
    analysis = Analysis()
    _Reader(analysis).read(statement, {})
    if analysis.tables & SPREAD and analysis.tables & LOCAL:
        names = ", ".join(sorted(analysis.tables))
        analysis.faults.append(f"tables of several servers and of one in a statement: {names}")
    return analysis


def analysed_text(statement: str) -> Analysis:
    """Reads a statement that is sent as text."""
    analysis = Analysis({name for name in _TABLE_IN_TEXT.findall(statement) if name in metadata.tables})
    if analysis.tables & SPREAD:
        if analysis.tables & LOCAL:
            analysis.faults.append("tables of several servers and of one in a statement")
        if not (statement.startswith("COPY ") or _AUDIENCE_IN_TEXT.search(statement)):
            analysis.faults.append("names no audience")
    return analysis


def caller() -> str:
    """The function of the program that sends the statement, such as `storage.jobs.jobs.add`; "" if a test does."""
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        path = frame.f_code.co_filename
        if path.startswith(str(ROOT)) and path != __file__ and "/.venv/" not in path:
            if path.endswith("tests/conftest.py"):
                continue
            module = path[len(str(ROOT)) + 1 :].removesuffix(".py").replace("/", ".")
            return "" if module.startswith("tests.") else f"{module}.{frame.f_code.co_name}"
    return ""


def _read(
    connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _executemany: bool
) -> None:
    compiled = getattr(context, "compiled", None)
    source = getattr(compiled, "statement", None)
    if _DDL.match(statement) or _SEQUENTIAL in statement:
        faults = _ddl_faults(connection, statement)
    elif isinstance(source, Select | CompoundSelect | Insert | Update | Delete):
        if compiled not in _analyses:
            _analyses[compiled] = analysed(source)
        faults = _faults(_analyses[compiled], compiled, context)
    else:
        faults = analysed_text(statement).faults
    if faults and (who := caller()):
        refused.append(f"{who}: {'; '.join(faults)}: {statement}")
        raise Refused(refused[-1])


def _faults(analysis: Analysis, compiled: Any, context: Any) -> list[str]:
    faults = list(analysis.faults)
    if analysis.names_several and (who := caller()) and who not in SEVERAL_AUDIENCES:
        faults.append("asks several audiences")
    for parameters in context.compiled_parameters:
        values = {parameters.get(compiled.bind_names.get(each)) for each in analysis.audiences}
        if len(values) > 1:
            faults.append("different audiences in a statement")
            break
    return faults


def _ddl_faults(connection: Any, statement: str) -> list[str]:
    """Several tables in a transaction, unless one shard is changed after the other."""
    state = connection.info.setdefault("ddl", set())
    if _SEQUENTIAL in statement:
        state.add(_SEQUENTIAL)
        return []
    state |= {name for name in _TABLE_IN_TEXT.findall(statement) if name in metadata.tables}
    return ["changes several tables in a transaction"] if len(state) > 1 and _SEQUENTIAL not in state else []


def _forget_ddl(connection: Any) -> None:
    connection.info.pop("ddl", None)


class _Reader:
    """Goes through the scopes of a statement: each SELECT, UPDATE or DELETE with its own tables and conditions.

    `outer`: the tables of the scopes around, by the name that columns have them by, each with whether its audience is
    known.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._n_spread = 0

    def read(self, statement: Any, outer: Mapping[str, bool]) -> None:
        if isinstance(statement, Insert):
            self._insert(statement)
        elif isinstance(statement, Update | Delete):
            self._change(statement)
        elif isinstance(statement, CompoundSelect):
            for each in statement.selects:
                self.read(each, outer)
        elif isinstance(statement, Select):
            self._select(statement, outer)
        else:  # a subquery, in brackets or with a name
            for each in _within(statement):
                self.read(each, outer)

    def _select(self, select: "Select[Any]", outer: Mapping[str, bool]) -> None:
        froms = list(_flat(select.get_final_froms()))
        own = [each for each in froms if each.name not in outer] or froms
        joins = [each.onclause for each in _joins(select.get_final_froms())]
        where = [*select._where_criteria, *joins]
        known = self._scope(own, where, outer)
        if self._analysis.names_several and select._for_update_arg is not None:
            self._fault("locks rows of several audiences")
        rest = [*select._raw_columns, *select._having_criteria, *where]
        self._nested([each for each in rest if not isinstance(each, FromClause)], known)

    def _change(self, change: Update | Delete) -> None:
        table: Any = change.table
        where = list(change._where_criteria)
        known = self._scope([table], where, {})
        values = getattr(change, "_values", None) or {}
        if table.name in SPREAD:
            self._check_values(values.items())
            if self._analysis.names_several:
                self._fault("changes rows of several audiences")
        self._nested([*where, *values.values()], known)

    def _insert(self, insert: Insert) -> None:
        table: Any = insert.table
        self._analysis.tables.add(table.name)
        after: Any = getattr(insert, "_post_values_clause", None)
        set_ = getattr(after, "update_values_to_set", ())
        changed = list(set_.items() if isinstance(set_, Mapping) else set_)
        if insert.select is not None:
            names = insert._select_names or []
            if table.name in SPREAD and "audience_id" not in names:
                self._fault("inserts without an audience")
            self._volatile([insert.select])
            self.read(insert.select, {})
        if table.name in SPREAD:
            self._check_values(changed)
        self._nested([value for _, value in changed], {table.name: True, "excluded": True})

    def _scope(
        self, froms: Sequence[Any], where: Sequence[Any], outer: Mapping[str, bool]
    ) -> dict[str, bool]:
        """The tables of this scope and of those around, each with whether its audience is known."""
        known = dict(outer)
        for each in froms:
            table = each.element if isinstance(each, Alias) else each
            if isinstance(each, Subquery) or isinstance(table, SelectBase):
                self.read(each.element, {})
                known[each.name] = True
            elif isinstance(table, Table):
                self._analysis.tables.add(table.name)
                known[each.name] = table.name not in SPREAD
                self._n_spread += table.name in SPREAD
            else:
                known[getattr(each, "name", "")] = True
        equal = [each for clause in where for each in _conjuncts(clause)]
        for _ in range(len(known)):
            for left, right in _audience_equals(equal):
                known[left] = known.get(left, False) or self._is_known(right, known)
        for name in _named(equal):
            self._analysis.names_several = self._analysis.names_several or not known[name]
            known[name] = True
        for each in froms:
            if not known[each.name]:
                self._fault(f"names no audience for {each.name}")
        if self._analysis.names_several and self._n_spread > 1:
            self._fault("joins tables of several audiences")
        return known

    def _is_known(self, other: Any, known: Mapping[str, bool]) -> bool:
        if isinstance(other, BindParameter):
            self._analysis.audiences.append(other)
            return True
        return isinstance(other, str) and known.get(other, False)

    def _nested(self, clauses: Collection[Any], known: Mapping[str, bool]) -> None:
        for clause in clauses:
            if hasattr(clause, "get_children"):
                for each in _within(clause):
                    self.read(each, known)

    def _check_values(self, values: Any) -> None:
        for column, value in values:
            if getattr(column, "name", column) == "audience_id":
                self._fault("changes the audience of rows")
            self._volatile([value])

    def _volatile(self, clauses: Collection[Any]) -> None:
        for clause in clauses:
            for each in visitors.iterate(clause) if hasattr(clause, "get_children") else ():
                name = str(getattr(each, "name", ""))
                if isinstance(each, FunctionElement) and name not in _CALLED_IN_CHANGES:
                    self._fault(f"calls {name} in a change")

    def _fault(self, text: str) -> None:
        if text not in self._analysis.faults:
            self._analysis.faults.append(text)


# All immutable, or of rows that the coordinator makes before it sends them.
_CALLED_IN_CHANGES = IMMUTABLE | {"json_each", "unnest", "max", "min", "count"}


def _within(clause: Any) -> Iterator[Any]:
    """The outermost SELECTs within a clause."""
    for child in clause.get_children():
        if isinstance(child, Select | CompoundSelect):
            yield child
        elif not isinstance(child, Table):
            yield from _within(child)


def _flat(froms: Collection[FromClause]) -> Iterator[Any]:
    for each in froms:
        if isinstance(each, Join):
            yield from _flat([each.left, each.right])
        else:
            yield each


def _joins(froms: Collection[FromClause]) -> Iterator[Join]:
    for each in froms:
        if isinstance(each, Join):
            yield each
            yield from _joins([each.left, each.right])


def _conjuncts(clause: Any) -> Iterator[Any]:
    """The conditions that all have to hold."""
    if isinstance(clause, Grouping):
        yield from _conjuncts(clause.element)
    elif isinstance(clause, BooleanClauseList | ExpressionClauseList) and clause.operator is operators.and_:
        for each in clause.clauses:
            yield from _conjuncts(each)
    else:
        yield clause


def _audience_equals(conditions: Collection[Any]) -> Iterator[tuple[str, Any]]:
    """What the audience of a table is equal to: a value, or (as its name) another table's audience; both ways round."""
    for each in conditions:
        if isinstance(each, BinaryExpression) and each.operator is operators.eq:
            for left, right in ((each.left, each.right), (each.right, each.left)):
                if name := _audience_of(left):
                    yield name, _audience_of(right) or right


def _named(conditions: Collection[Any]) -> Iterator[str]:
    """The tables whose audiences are in a list."""
    for each in conditions:
        if isinstance(each, BinaryExpression) and each.operator is operators.in_op:
            right = each.right.element if isinstance(each.right, Grouping) else each.right
            if (name := _audience_of(each.left)) and isinstance(right, BindParameter):
                yield name


def _audience_of(clause: Any) -> str:
    """The name of the table whose audience a column is."""
    is_audience = isinstance(clause, ColumnClause) and clause.name == "audience_id"
    return str(getattr(clause.table, "name", "")) if is_audience else ""
