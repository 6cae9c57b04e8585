"""What tests of notices can ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from accounts.roles import Role
from consultations.models import Consultation
from notifications.models import Message, Subscription
from notifications.services import outbox
from tests.factories import DURING, person
from tests.notifications.backends import Moody


@pytest.fixture
def mail_server(settings) -> Iterator[type[Moody]]:
    """The mail server of the test, in a good mood."""
    Moody.reset()
    settings.EMAIL_BACKEND = "tests.notifications.backends.Moody"
    yield Moody
    Moody.reset()


@pytest.fixture
def coordinator(db: None) -> User:
    return person(Role.COORDINATOR)


@pytest.fixture
def due_message(consultation: Consultation, follower: Subscription) -> Callable[..., Message]:
    """Writes a message to a follower, due at ``DURING`` unless told otherwise."""

    def make(key: str = "one", *, recipient: str = "", now=DURING) -> Message:
        to = follower
        if recipient:
            to, _new = Subscription.objects.get_or_create(
                consultation=consultation, email=recipient, defaults={"created_at": now, "confirmed_at": now}
            )
        outbox.write(
            Message.Kind.CONSULTATION_CLOSES,
            key=key,
            recipient=to.email,
            language="pl",
            context={"subscription": to.pk},
            consultation=consultation,
            now=now,
        )
        return Message.objects.get(key=key)

    return make


@pytest.fixture
def follower(consultation: Consultation) -> Subscription:
    """Somebody who confirmed before the consultation opened."""
    before = consultation.opens_at.replace(month=10)
    return Subscription.objects.create(
        consultation=consultation, email="follower@example.org", created_at=before, confirmed_at=before
    )
