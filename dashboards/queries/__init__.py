"""The SQL of every chart and table: what is run is what the reader sees on the data page."""
