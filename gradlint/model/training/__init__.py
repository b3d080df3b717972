"""Networks, losses and updates -> what trains what, on sequences of which length."""
