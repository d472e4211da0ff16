"""Where what Syncline keeps lies: in files of the home, or in databases that several machines share."""
