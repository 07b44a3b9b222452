"""The only room that knows both Qt and the core: one QThread pattern, one job a file."""
