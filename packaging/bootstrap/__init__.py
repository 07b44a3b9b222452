"""From a bare Python to a running viewer: standard library only."""
