"""
One plugin configures client, worker, tests and replayer alike, so that none of them can disagree.

    client = await Client.connect(address, plugins=[LeadPlugin()])

Pass the same object to a Replayer. `codec` encrypts payloads, and with them what errors say, which may quote a person;
histories written with one need it for ever.
"""

from dataclasses import replace

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner

from workflows.lead import LeadWorkflow
from workflows.pace import Pace


class LeadPlugin(SimplePlugin):
    """Our converter, our codec and our runner."""

    def __init__(
        self, *, codec: PayloadCodec | None = None, runner: WorkflowRunner | None = None, pace: Pace | None = None
    ) -> None:
        if pace is not None:
            # One pace per process: a workflow may not read settings, and a pace is no part of its history.
            LeadWorkflow.pace = pace
        super().__init__(
            "followup.lead",
            data_converter=pydantic_data_converter if codec is None else _encoded(codec),
            workflow_runner=runner or UnsandboxedWorkflowRunner(),
        )


def _encoded(codec: PayloadCodec) -> DataConverter:
    return replace(
        pydantic_data_converter,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
