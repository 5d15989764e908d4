"""ClusterXchange: short business exchanges between members of European industry clusters."""
