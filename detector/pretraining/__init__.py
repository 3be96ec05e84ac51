"""Pre-training a backbone: small labelled pictures, pictures without labels, and a teacher for both."""
