"""From events to rows, and from rows to files."""

from mitotransfer.tabulate.build import Part, parts
from mitotransfer.tabulate.datapackage import datapackage
from mitotransfer.tabulate.decided import decided
from mitotransfer.tabulate.shelf import shelf
from mitotransfer.tabulate.write import Writer, problem_row, read_rows

__all__ = ["Part", "Writer", "datapackage", "decided", "parts", "problem_row", "read_rows", "shelf"]
