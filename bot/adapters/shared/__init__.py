"""What the front ends share: HTTP bodies, signatures, connections that are held, and small memories."""
