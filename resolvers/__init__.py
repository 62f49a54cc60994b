"""How rows are fetched, and for whom: scope, relations and their loaders, keyset pages, filters and orders.

Everything here takes and returns rows of the models; what a client sees of them is composed in `schema`.
"""
