"""How the shop speaks HTTP and command lines; knows nothing of the shop itself."""
