"""One grammar for addresses: profiles that admins type, posts that people paste or platforms give.

``cleaning`` takes away what nobody sees, ``anatomy`` takes one address apart as a browser would,
``pasted`` finds addresses in a text, ``sites`` is the one table of what each platform's addresses
are made of. On them stand ``profiles`` (the account that an address names), ``posts`` (the post)
and ``public`` (the address of a post that may be shown).
"""
