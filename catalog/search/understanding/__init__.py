"""Parses a query into what the shopper means: type, colour, audience, price …"""
