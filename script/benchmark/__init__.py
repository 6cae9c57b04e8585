"""Throughput of the portal's pages beside bare views of the same server: see ``script/bench``."""
