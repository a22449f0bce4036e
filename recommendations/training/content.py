"""Content vectors: an article's words and attributes alone.

They need no sales, so new articles can be recommended too.
"""

from collections.abc import Mapping

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


def content_vectors(articles: pd.DataFrame, price: Floats, seed: int) -> Floats:
    """Unit vectors, one row per article, at most 160 columns; cosine is their dot product."""
    levels = articles.assign(price_level=price_levels(price))
    words = TEXT_WEIGHT * text_vectors(texts(articles), seed)
    return unit(np.hstack([attribute_vectors(levels, WEIGHTS, seed), words]))


def texts(articles: pd.DataFrame) -> pd.Series:
    return articles["name"] + ". " + articles["description"]


def text_vectors(documents: pd.Series, seed: int) -> Floats:
    """TF-IDF, then latent semantic analysis (truncated SVD), rows of length one or zero."""
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
    return unit(reduced(terms, TEXT_DIMENSIONS, seed))


def attribute_vectors(codes: pd.DataFrame, weights: Mapping[str, float], seed: int) -> Floats:
    """Weighted one-hot codes of the columns named in `weights`, reduced; each row has the norm of
    all weights together."""
    blocks = [
        OneHotEncoder(dtype=np.float32).fit_transform(codes[[name]]) * np.float32(weight)
        for name, weight in weights.items()
        if weight > 0
    ]
    if not blocks:
        return np.zeros((len(codes), 0), np.float32)
    return reduced(sparse.hstack(blocks).tocsr(), ATTRIBUTE_DIMENSIONS, seed)


def price_levels(price: Floats) -> pd.Series:
    """Deciles of the catalogue's prices, 0 the cheapest."""
    return pd.Series(price).rank(pct=True).mul(PRICE_LEVELS - 1e-6).astype(int)


def reduced(features: sparse.csr_matrix, dimensions: int, seed: int) -> Floats:
    """The rows projected on their leading `dimensions` directions; unprojected if there are few."""
    if features.shape[1] <= dimensions:
        dense: Floats = features.toarray().astype(np.float32)
        return dense
    svd = TruncatedSVD(min(dimensions, features.shape[0]), random_state=seed)
    found: Floats = svd.fit_transform(features).astype(np.float32)
    return found


def unit(vectors: Floats) -> Floats:
    scaled: Floats = normalize(vectors, copy=False)
    return scaled
