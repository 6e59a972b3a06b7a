"""Pure functions on Vietnamese text: no input or output, no state, cheap to import.

Offsets always count characters of the text that was passed in. Everything expects NFC text as loaders store it
(:func:`rag.text.unicode.clean`); :func:`rag.text.unicode.normalize` maps offsets back where it is not.
"""
