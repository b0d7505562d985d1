"""From events to rows, and from rows to files."""

from mitotransfer.tabulate.build import Tables, build_tables
from mitotransfer.tabulate.datapackage import datapackage
from mitotransfer.tabulate.decided import decided
from mitotransfer.tabulate.write import pieces_of, read_rows, write_tables

__all__ = ["Tables", "build_tables", "datapackage", "decided", "pieces_of", "read_rows", "write_tables"]
