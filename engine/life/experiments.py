"""
Which words of a test a lead gets, and who is held out of a sequence to be compared with the others.

A hash of the lead and the experiment decides, so that a lead is always on the same side, after any deploy. The words a
lead once got it keeps, and the side it was once on, whatever becomes of the shares: nobody is dealt anew.
"""

from hashlib import blake2b

from engine.life.progress import Arm, Enrolment, Progress
from engine.sequence.compiled import EVERYBODY, Sendable, Sequence, Variant
from engine.words import LeadId


def is_held_out(progress: Progress, sequence: Sequence) -> bool:
    """Whether the lead gets nothing from it: as the last time, else as its hash says; nobody without a share."""
    last = next((past for past in progress.past if past.sequence == sequence.name), None)
    if sequence.holdout and last is not None and last.held_out is not None:
        return last.held_out
    return held_out(progress.lead_id, sequence)


def held_out(lead: LeadId, sequence: Sequence) -> bool:
    """Whether the lead belongs to those who get nothing from this sequence."""
    return _dealt(lead, sequence.name) < sequence.holdout


def variant_for(progress: Progress, enrolment: Enrolment, step: Sendable) -> Variant | None:
    """The words of the test that this lead gets at the step; None where there is no test."""
    if not step.variants:
        return None
    known = _known(progress, enrolment, step)
    kept = next((variant for variant in step.variants if known is not None and variant.name == known.variant), None)
    return kept or _dealt_by_share(step.variants, _dealt(progress.lead_id, enrolment.plan.sequence.name, step.id))


def remembering(progress: Progress, enrolment: Enrolment, step: Sendable) -> Progress:
    """The progress that knows which words of the test the lead got."""
    variant = variant_for(progress, enrolment, step)
    if variant is None:
        return progress
    arm = Arm(sequence=enrolment.plan.sequence.name, step=step.id, variant=variant.name)
    others = tuple(known for known in progress.arms if known != _known(progress, enrolment, step))
    return progress.model_copy(update={"arms": (*others, arm)})


def _known(progress: Progress, enrolment: Enrolment, step: Sendable) -> Arm | None:
    test = (enrolment.plan.sequence.name, step.id)
    return next((arm for arm in progress.arms if (arm.sequence, arm.step) == test), None)


def _dealt_by_share(variants: tuple[Variant, ...], dealt: float) -> Variant:
    upto = 0
    for variant in variants:
        upto += variant.share
        if dealt < upto:
            return variant
    return variants[-1]


def _dealt(lead: LeadId, *experiment: str) -> float:
    """A number from 0 to less than 100 that only the lead and the experiment decide."""
    digest = blake2b("/".join((lead, *experiment)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * EVERYBODY
