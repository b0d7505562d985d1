"""Text mining of intercellular mitochondrial transfer: biomedical articles in, three evidence tables out."""

__version__ = "0.1.0"
