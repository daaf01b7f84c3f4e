"""What findings say, by family of rules."""
