"""What a person sees of a world: as text in a terminal, as HTML with pictures in a notebook."""
