"""Complete the outfit: which articles complement a bag, learned from baskets that span slots.

`slots` defines the slots, `baskets` counts, `model` scores a pair of articles, `fit` learns the
weights, `training` builds the bundle's arrays; `search` and `assembly` answer requests.
"""
