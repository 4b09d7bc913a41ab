"""What several tests lean on: real servers, and the contracts that hold the house together."""
