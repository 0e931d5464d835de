"""The service hall's face: tap, ticket, wall screen, windows, lobby, appointments."""
