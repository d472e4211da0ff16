"""Single sign-on by OpenID Connect: a provider says who somebody is and in which groups, the configuration what these may."""
