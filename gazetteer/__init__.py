"""Who is meant: dated records of agencies and units, the matcher and the resolver."""
