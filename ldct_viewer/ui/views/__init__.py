"""Image views: one plane, a pair, the page of pairs, overlays and tools."""
