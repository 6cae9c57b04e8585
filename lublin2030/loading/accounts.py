"""The demonstration's accounts, and who acts where there are none."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from accounts.services import grant_roles
from consultations.models import Department

PASSWORD = "demonstracja-2030"  # noqa: S105  printed at every start of the demonstration, never used elsewhere
# Where a known password would be a hole, the demonstration's verbs are done by an account nobody can sign in with.
NOBODY = "demonstracja@example.invalid"


@dataclass(frozen=True)
class DemonstrationAccount:
    """One account of the demonstration; an expert is a member of the departments with these addresses."""

    email: str
    name: str
    role: Role
    departments: tuple[str, ...] = ()


ACCOUNTS = (
    DemonstrationAccount("editor@example.org", "Redaktorka Przykładowa", Role.EDITOR),
    DemonstrationAccount("coordinator@example.org", "Koordynator Przykładowy", Role.COORDINATOR),
    DemonstrationAccount(
        "expert@example.org", "Ekspertka Przykładowa", Role.EXPERT, ("zielen-i-klimat", "mobilnosc", "edukacja")
    ),
    DemonstrationAccount("councillor@example.org", "Radny Przykładowy", Role.COUNCILLOR),
    DemonstrationAccount("administrator@example.org", "Administratorka Przykładowa", Role.ADMINISTRATOR),
    DemonstrationAccount("auditor@example.org", "Audytorka Przykładowa", Role.AUDITOR),
)


@dataclass(frozen=True)
class Actors:
    """Who does the verbs of the demonstration's story: the expert decides what the own departments have."""

    coordinator: User
    expert: User
    expert_departments: frozenset[int]

    def who_decides(self, department: Department) -> User:
        return self.expert if department.pk in self.expert_departments else self.coordinator


def accounts_exist() -> bool:
    """Whether the demonstration's accounts were made: one that is left is enough. One query."""
    return User.objects.filter(email__in=[account.email for account in ACCOUNTS]).exists()


@transaction.atomic
def make_accounts() -> int:
    """Create the demonstration's accounts with the known password, in the demonstration only; how many."""
    if not settings.DEMONSTRATION:
        raise RuntimeError("Accounts with a known password are for the demonstration only.")
    for account in ACCOUNTS:
        user = User.objects.create_user(account.email, PASSWORD, name=account.name, is_demonstration=True)
        grant_roles(user, roles=[account.role])
    return len(ACCOUNTS)


def join_departments() -> None:
    """Make the demonstration's experts members of their departments."""
    for account in ACCOUNTS:
        user = User.objects.filter(email=account.email, is_demonstration=True).first()
        if user is not None and account.departments:
            user.departments.add(*Department.objects.filter(slug__in=account.departments, is_demonstration=True))


def actors() -> Actors:
    """The demonstration's coordinator and expert, or for both the account nobody can sign in with.

    That account must be active while it acts; ``retire_nobody`` closes it.
    """
    if settings.DEMONSTRATION:
        by_role = {
            account.role: User.objects.filter(email=account.email, is_active=True).first() for account in ACCOUNTS
        }
        coordinator, expert = by_role[Role.COORDINATOR], by_role[Role.EXPERT]
        if coordinator is not None and expert is not None:
            departments = frozenset(Department.objects.filter(members=expert).values_list("pk", flat=True))
            return Actors(coordinator, expert, departments)
    nobody = User.objects.filter(email=NOBODY).first()
    if nobody is None:
        nobody = User.objects.create_user(NOBODY, name="Demonstracja", is_demonstration=True)
        grant_roles(nobody, roles=[Role.COORDINATOR])
    nobody.is_active = True
    nobody.save(update_fields=["is_active"])
    return Actors(nobody, nobody, frozenset())


def retire_nobody() -> None:
    """Close the account that acted, so that it can do nothing more."""
    User.objects.filter(email=NOBODY).update(is_active=False)


def lines() -> list[str]:
    """The demonstration's accounts that may sign in, one a line with its role and its password."""
    active = set(
        User.objects.filter(is_demonstration=True, is_active=True).values_list("email", flat=True),
    )
    return [
        f"  {account.email:<28} {PASSWORD}   {account.role.value}" for account in ACCOUNTS if account.email in active
    ]
