"""The servers under us are killed, locked, wiped and restored: we wait, and go on where we were."""

import pytest

from tests.chaos import drills, losses
from tests.chaos.scene import Scene
from tests.chaos.seen import lead_ids
from tests.chaos.verdict import verdict

ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
ON_SQLITE = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@ON_POSTGRESQL
async def test_the_temporal_server_may_be_killed(scene: Scene) -> None:
    """Events are kept while it is away, and every timer is there when it is back."""
    kills = await drills.temporal_is_killed(scene)
    assert all(kill.at.in_flight for kill in kills)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_postgresql_may_be_killed_whole_or_in_part(scene: Scene) -> None:
    """Whatever was not committed did not happen, and nobody was told that it had."""
    kills = await drills.postgres_is_killed(scene)
    assert any(kill.at.in_flight for kill in kills)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_sessions_may_be_ended_at_any_moment(scene: Scene) -> None:
    """Also between a claim and its outcome, and between two statements of one transaction."""
    ended = await drills.sessions_are_ended(scene)
    assert any(one.at.in_flight for one in ended)
    assert (await verdict(scene)).breaks == ()


@ON_POSTGRESQL
async def test_a_locked_table_is_waited_for(scene: Scene) -> None:
    """Somebody runs a migration by hand."""
    await drills.a_table_is_locked(scene)
    assert (await verdict(scene, grace=drills.FROZEN)).breaks == ()


@ON_SQLITE
async def test_a_locked_file_is_waited_for(scene: Scene) -> None:
    """Somebody copies it, or looks into it with another tool."""
    await drills.the_database_is_locked(scene)
    assert (await verdict(scene, grace=drills.FROZEN)).breaks == ()


@ON_POSTGRESQL
async def test_nothing_leaves_while_nothing_can_be_written_down(scene: Scene) -> None:
    """A standby was promoted too late, or the disk is full."""
    await drills.the_database_is_read_only(scene)
    assert (await verdict(scene, grace=drills.FROZEN)).breaks == ()


@ON_SQLITE
async def test_a_wiped_temporal_is_rebuilt_once(scene: Scene) -> None:
    """The records are the truth: a clock can be bought."""
    wiped, first, again = await losses.temporal_is_wiped(scene)
    assert wiped.at.in_flight
    assert (first.started, first.running) == (first.open, 0)
    assert (again.started, again.running) == (0, again.open)
    assert first.open == again.open > drills.CROWD // 2
    assert (await verdict(scene)).breaks == ()


@ON_BOTH
async def test_a_database_that_went_back_is_noticed_before_anything_leaves_again(scene: Scene) -> None:
    """What was sent since the backup is forgotten there: a person compares before anybody writes."""
    restored = await losses.the_database_is_restored(scene)
    assert len(restored.behind) > drills.MORE
    found = await verdict(scene)
    known = lead_ids(scene).values()
    states = {row.lead: row.state for row in found.evidence.leads}
    assert {states[lead] for lead in restored.behind & set(known)} == {"review.state_went_back"}
    since = [one for one in found.evidence.deliveries if one.accepted_at][restored.received :]
    assert not {one.lead for one in since} & restored.behind
    lost = {lead.name for lead in scene.people if lead.name not in lead_ids(scene)}
    excused = restored.behind | lost
    assert [one for one in found.breaks if one.letter in "DTO" or (one.letter == "L" and one.lead not in excused)] == []
