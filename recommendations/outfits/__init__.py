"""Complete the outfit: which articles complement a bag, learned from baskets of different slots.

`slots` says what a slot is, `baskets` counts, `model` scores a pair of articles, `fit` learns the
weights, `training` makes the bundle's arrays; `search` and `assembly` answer requests.
"""
