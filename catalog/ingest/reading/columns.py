"""The columns that each file may have, the required ones, and the types of plain cells."""

import pyarrow as pa

ARTICLES, CUSTOMERS, SALES = "articles", "customers", "transactions_train"
ALL = {
    ARTICLES: (
        "article_id", "product_code", "prod_name", "product_type_no", "product_type_name",
        "product_group_name", "graphical_appearance_no", "graphical_appearance_name",
        "colour_group_code", "colour_group_name", "perceived_colour_value_id",
        "perceived_colour_value_name", "perceived_colour_master_id",
        "perceived_colour_master_name", "department_no", "department_name", "index_code",
        "index_name", "index_group_no", "index_group_name", "section_no", "section_name",
        "garment_group_no", "garment_group_name", "detail_desc",
    ),
    CUSTOMERS: (
        "customer_id", "FN", "Active", "club_member_status", "fashion_news_frequency", "age",
        "postal_code",
    ),
    SALES: ("t_dat", "customer_id", "article_id", "price", "sales_channel_id"),
}  # fmt: skip
REQUIRED = {
    ARTICLES: ("article_id", "prod_name"),
    CUSTOMERS: ("customer_id",),
    SALES: ("t_dat", "customer_id", "article_id"),
}
# Optional: the price for sales without one.
MORE = {ARTICLES: ("price",)}
# What cells that need no cleaning are read as at once: for the one file whose length matters.
TYPES = {
    SALES: {
        "t_dat": pa.date32(),
        "customer_id": pa.string(),
        "article_id": pa.int32(),
        "price": pa.float64(),
        "sales_channel_id": pa.int16(),
    }
}


def known(name: str) -> tuple[str, ...]:
    """Every column of a file that is read."""
    return ALL[name] + MORE.get(name, ())
