"""Content vectors: an article's words and attributes alone.

They need no sales, so new articles can be recommended too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder, normalize

from recommendations.dataset.inputs import Floats

TEXT_DIMENSIONS = 64
ATTRIBUTE_DIMENSIONS = 96
PRICE_LEVELS = 10
MAX_TERMS = 20_000
WORD = r"(?u)\b[a-z]{2,}\b"

# Weight of each attribute in the similarity; the squares sum to one.
TEXT_WEIGHT = 1.0
WEIGHTS: Mapping[str, float] = {
    "product_type": 1.0,
    "index_group": 0.8,
    "section": 0.5,
    "garment_group": 0.5,
    "department": 0.4,
    "colour_master": 0.6,
    "colour_value": 0.3,
    "appearance": 0.4,
    "price_level": 0.3,
}
FEATURES = {"name": "text", "description": "text", "price_level": f"level of {PRICE_LEVELS}"} | {
    name: "category" for name in WEIGHTS if name != "price_level"
}


@dataclass(frozen=True)
class Content:
    """One row per article: vectors of its words, and unit vectors of words and attributes (at most
    160 columns), whose cosine is their dot product."""

    words: Floats
    vectors: Floats


def content_of(articles: pd.DataFrame, price: Floats, seed: int) -> Content:
    words = text_vectors(articles, seed)
    levels = articles.assign(price_level=price_levels(price))
    attributes = attribute_vectors(levels, WEIGHTS)
    return Content(words, unit(np.hstack([attributes, TEXT_WEIGHT * words])))


def text_vectors(articles: pd.DataFrame, seed: int) -> Floats:
    """Of names and descriptions: TF-IDF, then latent semantic analysis (truncated SVD), rows of
    length one or zero."""
    documents = articles["name"] + ". " + articles["description"]
    rare = 2 if len(documents) > 1000 else 1
    weigh = TfidfVectorizer(
        stop_words="english",
        sublinear_tf=True,
        min_df=rare,
        max_features=MAX_TERMS,
        token_pattern=WORD,
        dtype=np.float32,
    )
    try:
        terms = weigh.fit_transform(documents)
    except ValueError:
        # No usable word in the whole catalogue.
        return np.zeros((len(documents), 1), np.float32)
    if terms.shape[1] <= TEXT_DIMENSIONS:
        return unit(terms.toarray())
    svd = TruncatedSVD(min(TEXT_DIMENSIONS, len(documents)), random_state=seed)
    return unit(svd.fit_transform(terms).astype(np.float32))


def attribute_vectors(codes: pd.DataFrame, weights: Mapping[str, float]) -> Floats:
    """Weighted one-hot codes of the columns named in `weights`, reduced; each row has the norm of
    all weights together."""
    blocks = [
        OneHotEncoder(dtype=np.float32).fit_transform(codes[[name]]) * np.float32(weight)
        for name, weight in weights.items()
        if weight > 0
    ]
    if not blocks:
        return np.zeros((len(codes), 0), np.float32)
    return reduced(sparse.hstack(blocks).tocsr(), ATTRIBUTE_DIMENSIONS)


def price_levels(price: Floats) -> pd.Series:
    """Deciles of the catalogue's prices, 0 the cheapest."""
    return pd.Series(price).rank(pct=True).mul(PRICE_LEVELS - 1e-6).astype(int)


def reduced(features: sparse.csr_matrix, dimensions: int) -> Floats:
    """The rows projected on their leading `dimensions` directions, the eigenvectors of the small
    matrix FᵀF; unprojected if there are few columns."""
    if features.shape[1] <= dimensions:
        dense: Floats = features.toarray()
        return dense
    _, directions = np.linalg.eigh((features.T @ features).toarray().astype(np.float64))
    found: Floats = features @ directions[:, : -dimensions - 1 : -1].astype(np.float32)
    return found


def unit(vectors: Floats) -> Floats:
    scaled: Floats = normalize(vectors, copy=False)
    return scaled
