"""The keys that the tables hold already, read back by a binary COPY."""

import numpy as np
import numpy.typing as npt

from catalog.ingest.copying import ARTICLE_ROW, CUSTOMER_ROW, copy_out
from catalog.ingest.keys import CustomerKeys


def known_customers() -> CustomerKeys:
    rows = copy_out("SELECT decode(customer_id, 'hex'), id FROM catalog_customer", CUSTOMER_ROW)
    return CustomerKeys(rows["id"].astype(np.uint64), rows["key"].astype(np.int32))


def known_articles() -> npt.NDArray[np.int32]:
    """In order."""
    return np.sort(copy_out("SELECT id FROM catalog_article", ARTICLE_ROW)["key"].astype(np.int32))
