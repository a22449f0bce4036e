from typing import Any

# An object of JSON, of which each reader knows the part that it reads.
Json = dict[str, Any]
