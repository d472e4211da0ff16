"""From a YAML file and the environment to typed settings, with every problem and its line."""
