"""From documents to something that can be searched: chunk, encode, store, dense and lexical indexes, ingest.

The store is the truth; both indexes are derived from it and are made again from it whenever they disagree.
"""
