"""The pictures of the guides in docs/, drawn from real runs: ``make pictures``.

``scenes.py`` runs Kiprah in a temporary store against the stand-in platforms, ``drawing.py`` draws
what came of it as plain HTML, ``camera.py`` photographs that with Chromium.
"""
