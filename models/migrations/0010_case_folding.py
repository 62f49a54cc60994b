"""Folds what is stored for search and for names of tags as `str.casefold` does, where `str.lower` did.

The two differ in letters that are lower case already, such as ß and the ς at a word's end. Each of them is
replaced by itself, as Unicode's full case folding has it (CaseFolding.txt, C and F). They are written out, since
a migration has to do the same with every version of Python, and replaced in one pass over the rows that hold any.

A key that two tags of a partner would have (Straße beside STRASSE) is the one's that has it already, or else the
lowest id's. The others keep theirs, so that this never fails; names look past them until they are changed.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

TABLES = ("customers", "partner_admins", "resources", "subscriptions")
DESCRIPTION = "The partner's own label for customers. `name_key` is the name, folded, unique in the partner."

LETTERS = """
00B5 03BC; 00DF 0073 0073; 0149 02BC 006E; 017F 0073; 01F0 006A 030C; 0345 03B9; 0390 03B9 0308 0301;
03B0 03C5 0308 0301; 03C2 03C3; 03D0 03B2; 03D1 03B8; 03D5 03C6; 03D6 03C0; 03F0 03BA; 03F1 03C1; 03F5 03B5;
0587 0565 0582; 1C80 0432; 1C81 0434; 1C82 043E; 1C83 0441; 1C84 0442; 1C85 0442; 1C86 044A; 1C87 0463;
1C88 A64B; 1E96 0068 0331; 1E97 0074 0308; 1E98 0077 030A; 1E99 0079 030A; 1E9A 0061 02BE; 1E9B 1E61;
1F50 03C5 0313; 1F52 03C5 0313 0300; 1F54 03C5 0313 0301; 1F56 03C5 0313 0342; 1F80 1F00 03B9; 1F81 1F01 03B9;
1F82 1F02 03B9; 1F83 1F03 03B9; 1F84 1F04 03B9; 1F85 1F05 03B9; 1F86 1F06 03B9; 1F87 1F07 03B9;
1F90 1F20 03B9; 1F91 1F21 03B9; 1F92 1F22 03B9; 1F93 1F23 03B9; 1F94 1F24 03B9; 1F95 1F25 03B9;
1F96 1F26 03B9; 1F97 1F27 03B9; 1FA0 1F60 03B9; 1FA1 1F61 03B9; 1FA2 1F62 03B9; 1FA3 1F63 03B9;
1FA4 1F64 03B9; 1FA5 1F65 03B9; 1FA6 1F66 03B9; 1FA7 1F67 03B9; 1FB2 1F70 03B9; 1FB3 03B1 03B9;
1FB4 03AC 03B9; 1FB6 03B1 0342; 1FB7 03B1 0342 03B9; 1FBE 03B9; 1FC2 1F74 03B9; 1FC3 03B7 03B9;
1FC4 03AE 03B9; 1FC6 03B7 0342; 1FC7 03B7 0342 03B9; 1FD2 03B9 0308 0300; 1FD3 03B9 0308 0301; 1FD6 03B9 0342;
1FD7 03B9 0308 0342; 1FE2 03C5 0308 0300; 1FE3 03C5 0308 0301; 1FE4 03C1 0313; 1FE6 03C5 0342;
1FE7 03C5 0308 0342; 1FF2 1F7C 03B9; 1FF3 03C9 03B9; 1FF4 03CE 03B9; 1FF6 03C9 0342; 1FF7 03C9 0342 03B9;
FB00 0066 0066; FB01 0066 0069; FB02 0066 006C; FB03 0066 0066 0069; FB04 0066 0066 006C; FB05 0073 0074;
FB06 0073 0074; FB13 0574 0576; FB14 0574 0565; FB15 0574 056B; FB16 057E 0576; FB17 0574 056D
"""
"""A letter and what it becomes, by their code points."""
CHEROKEE = ((0x13F8, 0x13FD, 0x13F0), (0xAB70, 0xABBF, 0x13A0))
"""The first and last of small letters in a row, and what the first becomes."""


def replaced() -> dict[str, str]:
    """What each letter becomes."""
    letters = {}
    for written in LETTERS.split(";"):
        letter, *becomes = (chr(int(code, 16)) for code in written.split())
        letters[letter] = "".join(becomes)
    for first, last, becomes in CHEROKEE:
        letters |= {chr(code): chr(code - first + becomes) for code in range(first, last + 1)}
    return letters


REPLACED = replaced()
HOLDS_ANY = f"~ '[{''.join(REPLACED)}]'"


def folded(column: str) -> str:
    """The column's text with each letter replaced; no letter becomes one that is replaced itself."""
    alone = {letter: becomes for letter, becomes in REPLACED.items() if len(becomes) == 1}
    text = f"translate({column}, '{''.join(alone)}', '{''.join(alone.values())}')"
    for letter, becomes in REPLACED.items():
        if letter not in alone:
            text = f"replace({text}, '{letter}', '{becomes}')"
    return text


def fold_search(table: str) -> str:
    return f"UPDATE {table} SET search_text = {folded('search_text')} WHERE search_text {HOLDS_ANY}"


FOLD_NAMES = f"""
UPDATE tags t SET name_key = wanted.key
FROM (
    SELECT DISTINCT ON (partner_id, key) partner_id, key, id
    FROM (SELECT partner_id, {folded("name_key")} AS key, id FROM tags WHERE name_key {HOLDS_ANY}) changed
    ORDER BY partner_id, key, id
) wanted
WHERE t.partner_id = wanted.partner_id AND t.id = wanted.id AND NOT EXISTS (
    SELECT 1 FROM tags other WHERE other.partner_id = wanted.partner_id AND other.name_key = wanted.key
)
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0009_positions_used")]
    initial = False

    operations = [
        ops.RunSQL([*map(fold_search, TABLES), FOLD_NAMES]),
        ops.AlterModelOptions("Tag", {"pk_attr": "id", "table_description": DESCRIPTION}),
    ]
