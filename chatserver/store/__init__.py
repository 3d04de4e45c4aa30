"""The chat server's DuckDB file. The only package here, with the reader's own, that imports duckdb."""
