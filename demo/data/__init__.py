"""A seeded, entirely synthetic fashion data set in the exact format of the Kaggle H&M files.

`dataset.generate` writes it; each of the other modules covers one concept:

- taxonomy: the tables of types, colours, sections and departments.
- names: product names and descriptions from our own word lists.
- articles: products, their colour variants, launches, lifetimes and prices;
  article_columns: the 25 columns of articles.csv.
- shelf: what is on sale in a week; relations: how one article leads to another.
- tastes: hidden clusters of taste; customers: who the customers are and how active.
- harmony: the hidden graph of what is worn with what.
- baskets: who shops on which day, how much and where.
- transactions: what goes into each basket, week by week.
- writer: CSV bytes; seeds: independent random streams.
"""
