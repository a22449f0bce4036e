"""What each admin role may open."""

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
LISTS = (
    "catalog_article", "catalog_product", "catalog_department", "catalog_ingestrun",
    "catalog_customer", "catalog_transaction", "catalog_searchsynonym",
    "recommendations_modelversion",
    "recommendations_rule", "streaming_deadmessage", "auth_user", "auth_group",
)  # fmt: skip
GOODS = {"catalog_article", "catalog_product", "catalog_department"}


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        ("merchandiser", GOODS | {"recommendations_rule", "catalog_searchsynonym"}),
        (
            "data",
            GOODS | {"catalog_ingestrun", "recommendations_modelversion", "streaming_deadmessage"},
        ),
        ("support", GOODS | {"catalog_customer", "catalog_transaction"}),
    ],
)
def test_a_role_opens_what_its_work_needs_and_nothing_else(
    client: Client, role: str, opened: set[str]
) -> None:
    user = User.objects.create_user("someone", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    answers = {name: client.get(reverse(f"admin:{name}_changelist")).status_code for name in LISTS}
    assert answers == {name: 200 if name in opened else 403 for name in LISTS}
