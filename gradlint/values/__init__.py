"""What an expression may be, the graph that values form, the scopes names live in, the trace."""
