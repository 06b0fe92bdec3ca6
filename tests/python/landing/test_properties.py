"""What holds for any file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.workshop import PLAIN_HEADER, make_workshop
from werkpeil.errors import InputError

good_rows = st.builds(
    lambda person, code, label: f'{person},1,a,{code},{label},12,"ok, fine"',
    st.integers(0, 10_000),
    st.sampled_from(["1", "5", "", "9"]),
    st.sampled_from(["Eens", "agree", ""]),
)
faulty_rows = st.sampled_from(
    [
        ",1,a,5,Eens,40,",
        "x,,a,5,Eens,40,",
        "y,-1,a,5,Eens,40,",
        "z,1,,5,Eens,40,",
        "v,1,a,55,Nooit,400,",
        "few,1,a",
        "many,1,a,5,Eens,40,a,b,c",
        'quote,1,a,5,Eens,40,"never ends',
        'quote,1,a,5,"Eens"x,40,',
        "",
        ",,,,,,",
        '"two\nlines",1,a,5,Eens,40,"three\nmore\nlines"',
        'w,1,a,5,Eens,40,5" pipe',
        '"',
        '""""',
    ]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.one_of(good_rows, faulty_rows), min_size=1, max_size=30))
def test_every_row_read_is_accepted_or_rejected(rows: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workshop = make_workshop(Path(folder))
        file = workshop.file("d.csv", "\n".join([",".join(PLAIN_HEADER), *rows]) + "\n")
        try:
            result = workshop.land(file)
        except InputError as error:
            assert any(  # noqa: PT017 - which refusal it is does not matter, that it is one does
                reason in str(error) for reason in ("break a rule", "no rows", "not in the codebook")
            )
            assert workshop.query("select count(*) from raw.landing_register") == [(0,)]
            return
        assert result.rows_read == result.rows_accepted + result.rows_rejected
        assert sum(result.rejected_by_rule.values()) == result.rows_rejected
        numbers = workshop.query(
            "select row_number from raw.plain union all select row_number from raw.rejected_rows"
        )
        assert sorted(number for (number,) in numbers) == list(range(1, result.rows_read + 1))
        before = workshop.tree()
        assert workshop.land(file).status == "already_landed"
        assert workshop.tree() == before
