"""Prepares a process for recommending, so that its first shelf is as fast as the others."""

from recommendations.bundle import registry
from recommendations.outfits.strategies import wardrobe_for
from recommendations.ranking.goods import goods_of
from recommendations.ranking.inspiring import inspiring_shelf
from recommendations.ranking.pipeline import Constraints
from recommendations.ranking.ranker import live_ranker, sales_ranker
from recommendations.retrieval.profile import after_history, profile_of
from recommendations.serving.outfits import ALTERNATIVES, default_outfit
from recommendations.serving.serving import DEFAULT_K
from web import compiled


def warm() -> None:
    """Open the active model and build what its shelves and looks share, if there is one."""
    compiled.prepare("recommendations")
    compiled.prepare("streaming.features.compiled.reading")
    bundle = registry.active()
    if bundle is None:
        return
    newcomer = profile_of(bundle, [], None, after_history(bundle))
    shelf = inspiring_shelf(bundle, newcomer, DEFAULT_K, Constraints(), goods_of(bundle))
    _ = wardrobe_for(bundle, "default").dressed.audiences
    for best_seller in shelf[:1]:
        default_outfit(bundle, "default", best_seller.row, ALTERNATIVES)
    sales_ranker(bundle)
    live_ranker(bundle)
