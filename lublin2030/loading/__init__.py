"""The content the portal starts with: four units, each loaded whole or not at all, and once.

- ``base``: the main process with everything the city's presentation says of it;
- ``past``: the consultation of 2021, with demonstration remarks brought through the services;
- ``report``: the frozen report on it; its files are made by the worker;
- ``current``: a demonstration consultation that is open today.

A unit counts as loaded when the record with its ``seed_key`` exists. Then nothing of it is created again, so what
staff changed stays and what they deleted does not come back.
"""
