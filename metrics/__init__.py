"""From events to numbers and judgement."""
