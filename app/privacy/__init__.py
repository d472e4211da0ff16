"""Finding and erasing a person, as somebody who uses Syncline and in the data, while every number stays as it is."""
