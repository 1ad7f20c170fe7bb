"""What is said to have happened between two states of a folder."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.changes import Changes, compare

# Few names and fewer contents, so that copies, renamings and swaps are frequent.
states = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("123"), max_size=8)


def test_each_kind_of_change_is_told_apart_and_sorted() -> None:
    before = {"z.md": "1", "changé.md": "2", "parti.md": "3", "ancien.md": "4", "a.md": "5"}
    now = {"nouveau.md": "4", "a.md": "5", "z.md": "1", "changé.md": "8", "neuf.md": "9", "b.md": "7"}
    assert compare(before, now) == Changes(
        added=("b.md", "neuf.md"),
        changed=("changé.md",),
        removed=("parti.md",),
        renamed=(("ancien.md", "nouveau.md"),),
        failed=(),
        unchanged=2,
    )


def test_from_nothing_all_is_added_and_to_nothing_all_is_removed() -> None:
    folder = {"b.md": "2", "a.md": "1"}
    assert compare({}, {}) == Changes()
    assert compare({}, folder) == Changes(added=("a.md", "b.md"))
    assert compare(folder, {}) == Changes(removed=("a.md", "b.md"))
    assert compare(folder, folder) == Changes(unchanged=2)


def test_a_copy_of_a_text_that_stays_is_added() -> None:
    assert compare({"a.md": "1"}, {"a.md": "1", "b.md": "1"}) == Changes(added=("b.md",), unchanged=1)


def test_one_of_two_copies_that_goes_is_removed() -> None:
    assert compare({"a.md": "1", "b.md": "1"}, {"a.md": "1"}) == Changes(removed=("b.md",), unchanged=1)


def test_two_texts_that_swap_their_names_are_changed() -> None:
    before, now = {"a.md": "1", "b.md": "2"}, {"a.md": "2", "b.md": "1"}
    assert compare(before, now) == Changes(changed=("a.md", "b.md"))


def test_copies_that_are_renamed_are_paired_in_order_and_the_rest_is_removed_or_added() -> None:
    three = {"a.md": "1", "b.md": "1", "c.md": "1"}
    two = {"x.md": "1", "y.md": "1"}
    pairs = (("a.md", "x.md"), ("b.md", "y.md"))
    assert compare(three, two) == Changes(removed=("c.md",), renamed=pairs)
    assert compare(two, three) == Changes(added=("c.md",), renamed=(("x.md", "a.md"), ("y.md", "b.md")))


def test_a_text_renamed_while_another_takes_its_name_is_changed_and_added() -> None:
    """No bytes left the folder under that name: there is no pair to make."""
    assert compare({"a.md": "1"}, {"a.md": "2", "b.md": "1"}) == Changes(added=("b.md",), changed=("a.md",))


@pytest.mark.parametrize(
    "changes",
    [
        Changes(added=("a.md",)),
        Changes(changed=("a.md",)),
        Changes(removed=("a.md",)),
        Changes(renamed=(("a.md", "b.md"),)),
    ],
)
def test_any_change_is_true(changes: Changes) -> None:
    assert bool(changes) is True


def test_files_that_failed_and_files_unchanged_are_no_change() -> None:
    assert bool(Changes()) is False
    assert bool(Changes(failed=("a.md",), unchanged=3)) is False


def test_the_files_that_failed_are_told_beside_what_they_are() -> None:
    changes = Changes(("a.md",), ("b.md",), ("c.md",), (("d.md", "e.md"),), unchanged=2)
    failed = Changes(("a.md",), ("b.md",), ("c.md",), (("d.md", "e.md"),), ("a.md",), 2)
    assert changes.with_failed(("a.md",)) == failed
    assert failed.with_failed(()) == changes


@settings(derandomize=True, deadline=None, max_examples=300)
@given(states, states)
def test_the_changes_lead_from_one_state_to_the_other(before: dict[str, str], now: dict[str, str]) -> None:
    changes = compare(before, now)
    state = dict(before)
    for source in changes.removed:
        del state[source]
    moved = {new: state.pop(old) for old, new in changes.renamed}
    assert not state.keys() & moved.keys()
    state |= moved
    for source in changes.added:
        assert source not in state
        state[source] = now[source]
    for source in changes.changed:
        assert state[source] != now[source]
        state[source] = now[source]
    assert state == now
    told = (changes.added, changes.changed, changes.renamed)
    assert changes.unchanged == len(now) - sum(map(len, told))
    assert not {before[source] for source in changes.removed} & {now[source] for source in changes.added}
