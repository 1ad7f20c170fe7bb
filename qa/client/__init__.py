"""A small typed client of the service, synchronous and asynchronous.

    from qa.client import Sourcier

    with Sourcier("http://127.0.0.1:8000") as sourcier:
        reply = sourcier.ask("Qu'est-ce qu'une CPTS ?")

Speaks HTTP and nothing else: opens no index, loads no model. The retrievers of `qa.client.langchain`
and `qa.client.llama_index` are optional extras.
"""

from qa.client.asynchronous import AsyncSourcier
from qa.client.calls import Cited, Filters, Message
from qa.client.errors import (
    ClientError,
    Conflict,
    InvalidRequest,
    KeyRefused,
    NotFound,
    ServiceError,
    TookTooLong,
    Unavailable,
    UnexpectedReply,
    Unreachable,
    Unusable,
    WaitedTooLong,
)
from qa.client.synchronous import Sourcier

__all__ = [
    "AsyncSourcier",
    "Cited",
    "ClientError",
    "Conflict",
    "Filters",
    "InvalidRequest",
    "KeyRefused",
    "Message",
    "NotFound",
    "ServiceError",
    "Sourcier",
    "TookTooLong",
    "Unavailable",
    "UnexpectedReply",
    "Unreachable",
    "Unusable",
    "WaitedTooLong",
]
