"""From events to rows, and from rows to files."""

from mitotransfer.tabulate.build import Tables, build_tables
from mitotransfer.tabulate.datapackage import datapackage
from mitotransfer.tabulate.write import read_rows, write_tables

__all__ = ["Tables", "build_tables", "datapackage", "read_rows", "write_tables"]
