"""Comments below the posts of units that agreed: asked, answered, gone; no text, no author."""
