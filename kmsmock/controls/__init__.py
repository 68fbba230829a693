"""What a test steers and looks at: time, randomness, transitions."""
