"""Artwork: one slogan as banners to print and cards to publish, in every format and theme."""
