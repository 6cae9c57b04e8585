"""The index by which the register finds words: by vendor, because only the words themselves are in the model.

PostgreSQL: a stored ``tsvector`` of the words as they are (they are lemmas and folded forms already) with a GIN index.
``fastupdate`` is off: a list of pending entries would be read by every search. SQLite: an FTS5 table over the words,
kept by triggers. Existing remarks are indexed by ``manage.py reindex``, not here in a lock.
"""

from django.db import migrations

POSTGRESQL = """
ALTER TABLE consultations_remarkwords ADD COLUMN vector tsvector
    GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED;
ALTER TABLE consultations_remarkwords ALTER COLUMN vector SET STATISTICS 500;
CREATE INDEX remarkwords_vector ON consultations_remarkwords USING gin (vector) WITH (fastupdate = off);
"""
POSTGRESQL_BACK = ["ALTER TABLE consultations_remarkwords DROP COLUMN vector"]

# The tokenizer “ascii” takes every letter beyond ASCII for a part of a word; our words are parted by blanks only.
SQLITE = [
    """CREATE VIRTUAL TABLE consultations_remarkwords_index USING fts5(
        words, content='consultations_remarkwords', content_rowid='remark_id', detail=full,
        tokenize="ascii tokenchars './-'")""",
    """CREATE TRIGGER remarkwords_added AFTER INSERT ON consultations_remarkwords BEGIN
        INSERT INTO consultations_remarkwords_index (rowid, words) VALUES (new.remark_id, new.words); END""",
    """CREATE TRIGGER remarkwords_gone AFTER DELETE ON consultations_remarkwords BEGIN
        INSERT INTO consultations_remarkwords_index (consultations_remarkwords_index, rowid, words)
            VALUES ('delete', old.remark_id, old.words); END""",
    """CREATE TRIGGER remarkwords_changed AFTER UPDATE ON consultations_remarkwords BEGIN
        INSERT INTO consultations_remarkwords_index (consultations_remarkwords_index, rowid, words)
            VALUES ('delete', old.remark_id, old.words);
        INSERT INTO consultations_remarkwords_index (rowid, words) VALUES (new.remark_id, new.words); END""",
    # Words that stood there before, if any.
    "INSERT INTO consultations_remarkwords_index (consultations_remarkwords_index) VALUES ('rebuild')",
]
SQLITE_BACK = [
    "DROP TRIGGER remarkwords_added",
    "DROP TRIGGER remarkwords_gone",
    "DROP TRIGGER remarkwords_changed",
    "DROP TABLE consultations_remarkwords_index",
]


def _run(statements, editor):
    for statement in statements:
        editor.execute(statement)


def forward(apps, editor):
    statements = {"postgresql": [one for one in POSTGRESQL.split(";") if one.strip()], "sqlite": SQLITE}
    _run(statements[editor.connection.vendor], editor)


def back(apps, editor):
    _run({"postgresql": POSTGRESQL_BACK, "sqlite": SQLITE_BACK}[editor.connection.vendor], editor)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0006_intake")]

    operations = [migrations.RunPython(forward, back)]
