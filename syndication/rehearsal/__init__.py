"""A small fleet of portals of our own making, with known answers (docs/rehearsal.md).

`fleet.Fleet.answer` says what every address would send at any moment; `build.build` records ten days of looks from it
as evidence files, with the registry to replay them and the answers that must come out.
"""
