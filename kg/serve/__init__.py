"""The SPARQL endpoint and the linked data of a graph directory."""
