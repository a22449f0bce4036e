"""The first search of a process finds everything prepared."""

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import IngestRun
from catalog.search import warming
from catalog.search.facet_index import facet_index
from catalog.search.ranking import rank
from catalog.tests.factories import make_article


@pytest.mark.django_db
def test_a_search_after_warming_reads_the_synonyms_alone(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_article(name="Linen shirt")
    IngestRun.objects.create(status=IngestRun.Status.DONE, data_dir="/x")
    warming.warm()
    with django_assert_max_num_queries(2):
        assert rank("linen", facet_index()).rows.any()
