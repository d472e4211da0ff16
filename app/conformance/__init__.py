"""`syncline conformance`: what an OTLP receiver must do, seen from outside; one small check for each numbered item."""
