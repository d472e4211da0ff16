"""The weekly report: one content, computed once, in many forms; published, restated, signed and sent."""
