"""The servers under us are killed, locked, wiped and restored: we wait, and go on where we were."""

import pytest

from tests.chaos import drills, losses
from tests.chaos.scene import CROWD, Scene
from tests.chaos.seen import lead_ids
from tests.chaos.verdict import verdict

ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)


@ON_POSTGRESQL
async def test_every_server_may_be_killed_whole_or_in_part(scene: Scene) -> None:
    """What was not committed did not happen, and nobody was told that it had."""
    kills = (
        *await drills.temporal_is_killed(scene),
        *await drills.postgres_is_killed(scene),
        *await drills.sessions_are_ended(scene),
    )
    assert sum(kill.at.in_flight > 0 for kill in kills) > len(kills) / 2
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_what_cannot_be_written_is_waited_for(scene: Scene) -> None:
    """Somebody changes a table by hand, or the disk is full: nothing leaves that nobody can write down."""
    await drills.a_table_is_locked(scene)
    await drills.the_database_is_read_only(scene)
    assert (await verdict(scene)).breaks == ()


@ON_SQLITE
async def test_a_locked_file_and_a_killed_server_are_waited_for(scene: Scene) -> None:
    """Somebody copies the file, or looks into it with another tool."""
    await drills.the_database_is_locked(scene)
    await drills.temporal_is_killed(scene)
    assert (await verdict(scene)).breaks == ()


@ON_SQLITE
async def test_a_wiped_temporal_is_rebuilt_once(scene: Scene) -> None:
    """The records are the truth: a clock can be bought."""
    wiped, first, again = await losses.temporal_is_wiped(scene)
    assert wiped.at.in_flight
    assert (first.started, first.running) == (first.open, 0)
    assert (again.started, again.running) == (0, again.open)
    assert first.open == again.open > CROWD // 2
    assert (await verdict(scene)).breaks == ()


@ON_BOTH
async def test_records_that_went_back_are_noticed_before_anything_leaves_again(scene: Scene) -> None:
    """What was sent since the backup is forgotten there: a person compares before anybody writes."""
    restored = await losses.the_database_is_restored(scene)
    assert len(restored.alive) > drills.MORE // 2
    found = await verdict(scene)
    known = lead_ids(scene)
    states = {row.lead: row.state for row in found.evidence.leads}
    seen = {states[lead] for lead in restored.alive & set(known.values())}
    # A stop that the backup still holds is obeyed: it needs nobody to compare.
    assert "review.state_went_back" in seen <= {"review.state_went_back", "over.stopped_by_person"}
    since = [one for one in found.evidence.deliveries if one.accepted_at is not None][restored.received :]
    assert not {one.lead for one in since} & restored.alive
    forgiven = restored.behind | {lead.name for lead in scene.people if lead.name not in known}
    assert [one for one in found.breaks if one.letter != "E" and one.lead not in forgiven] == []
    over = restored.behind - restored.alive
    assert [one for one in found.breaks if one.letter == "D" and one.lead not in over] == []
