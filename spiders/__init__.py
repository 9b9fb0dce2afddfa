"""Scrapy spiders: network and parsing. They know items and the registry, never the store."""
