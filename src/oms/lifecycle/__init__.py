"""What may become of an order: two tables, one machine, one reading of reports."""
