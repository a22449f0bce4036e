"""What a shopper means by the words typed: a reading of type, colour, audience, price …"""
