"""A Temporal that refuses whom it is told to refuse: what no server does when asked to."""

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from engine.words import LeadId
from workflows.names import workflow_id


class Refusing(Interceptor):
    """Answers some leads' starts and rings with an error."""

    def __init__(self) -> None:
        self.refused: dict[str, RPCStatusCode] = {}

    def refuse(self, lead: LeadId, status: RPCStatusCode) -> None:
        """From now on this lead is refused so."""
        self.refused[workflow_id(lead)] = status

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Stand between the client and the server."""
        return _Between(next, self.refused)


class _Between(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, refused: dict[str, RPCStatusCode]) -> None:
        super().__init__(next)
        self._refused = refused

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[object, object]:
        if input.id in self._refused:
            raise RPCError("refused", self._refused[input.id], b"")
        return await super().start_workflow(input)
