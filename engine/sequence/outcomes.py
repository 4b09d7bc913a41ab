"""How a step can end, as conditions, tasks and the lead's memory name it."""

from engine.reasons import CallDisposition

SENT = "sent"
"""How a message ends that a provider has taken; a question is open from then on."""
UNDELIVERED = "undelivered"
"""How a message ends that a provider could not deliver."""

NO_ANSWER = "no_answer"
"""The end of a question that nobody answered in time; one that was answered ends in the value that was meant."""

TASK_OUTCOMES = ("done", "given_up")
"""Ends of a task that is no call; a call ends in a CallDisposition or given_up."""

CALL_OUTCOMES = (*(member.value for member in CallDisposition), "given_up")

APPROVED = "approved"
APPROVAL_OUTCOMES = (APPROVED, "rejected")
"""Ends of the task that asks a person to release a message; whatever is not `approved` leaves it out."""

PROOF_OUTCOMES = ("sent", "not_sent")
"""Ends of the task that asks a person whether an unproven touch went out."""
