"""The language model: our own trained pipeline, scispaCy's models in its place, linking of names to ontologies."""
