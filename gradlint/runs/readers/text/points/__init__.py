"""Points of text logs whose steps and names are settled by what is printed later."""
